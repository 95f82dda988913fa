import { call } from "../api.ts";
import type { AdminPOS } from "manytill";
import { count, named } from "../words/words.ts";
import { Ask } from "./dialog.tsx";
import { say } from "./notice.tsx";

interface Closed {
  run_ended: boolean;
  open_orders: unknown[];
}

/** CloseTill closes the till of a POS whose tablet is lost, or was forgotten. */
export function CloseTill({ pos, close, done }: { pos: AdminPOS; close: () => void; done: () => Promise<void> }) {
  const submit = async () => {
    const answer = await call<Closed>("POST", `/pos/${encodeURIComponent(pos.id)}/close`);
    await done();
    const left = answer.open_orders.length ? ` ${count(answer.open_orders.length, "order")} not paid yet.` : "";
    say(`The till of ${pos.name} is closed.${left}${answer.run_ended ? " It was the last one: the run ended." : ""}`);
    close();
  };
  return (
    <Ask title={`Close the till of ${pos.name}?`} go="Close the till" danger close={close} submit={submit}>
      <p class="mb-0">
        {pos.user ? `${named(pos.user)} is at it now. ` : ""}Whoever works there can't send anything until it is opened
        again. What they tapped meanwhile waits on the tablet and is sent then. Open orders stay open.
      </p>
    </Ask>
  );
}
