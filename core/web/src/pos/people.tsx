import { useState } from "preact/hooks";
import type { User } from "manytill";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { catalogue, customerName, simple } from "./catalogue.ts";
import { order } from "./orders.ts";
import { userNamed } from "./saved.ts";
import { shut } from "./screen.ts";
import { atTill, user } from "./session.ts";
import { ask, target } from "./sell.ts";

interface Entry {
  id: string | number;
  name: string;
  find?: string;
}

/** Pick is a list with a search, when it is long enough to need one. */
export function Pick<T extends Entry>({
  all,
  on,
  what,
  choose,
  none,
}: {
  all: T[];
  on?: string;
  what: string;
  choose: (e: T) => void;
  none: string;
}) {
  const [text, setText] = useState("");
  const words = simple(text).split(/\s+/).filter(Boolean),
    found = all.filter((e) => words.every((w) => (e.find ?? simple(e.name)).includes(w)));
  return (
    <>
      {all.length > 6 && (
        <input
          class="form-control form-control-lg mb-2"
          type="search"
          autofocus
          placeholder={`Search ${what}`}
          aria-label={`Search ${what}`}
          value={text}
          onInput={(e) => setText(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter" && found[0]) choose(found[0]);
          }}
        />
      )}
      <ul class="picks">
        {found.slice(0, 200).map((e) => (
          <li key={e.id}>
            <button
              type="button"
              class={`pick${String(e.id) === on ? " on" : ""}`}
              aria-pressed={String(e.id) === on}
              onClick={() => choose(e)}
            >
              {e.name}
              {String(e.id) === on && <Icon name="check" />}
            </button>
          </li>
        ))}
      </ul>
      {!all.length ? (
        <p class="text-body-secondary">{none}</p>
      ) : (
        !found.length && <p class="text-body-secondary">Nobody found for “{text}”.</p>
      )}
    </>
  );
}

export async function setCustomer(partner: string | number | null): Promise<void> {
  const id = await target();
  if (await ask({ op: "order.set", order: id, set: { partner_id: partner } })) shut();
}

export function CustomerDialog() {
  const o = order.value,
    now = o?.fields.partner_id;
  const foot = now !== undefined && now !== null && (
    <button type="button" class="btn btn-outline-secondary btn-lg" onClick={() => void setCustomer(null)}>
      No customer
    </button>
  );
  return (
    <Dialog title="Customer" close={shut} foot={foot || undefined}>
      {o && customerName(o.fields) && (
        <p>
          Now: <b>{customerName(o.fields)}</b>
        </p>
      )}
      <Pick
        all={catalogue.value?.customers ?? []}
        on={String(now ?? "")}
        what="customers"
        choose={(c) => void setCustomer(c.id)}
        none="The server's config names no customers."
      />
    </Dialog>
  );
}

/** CashierDialog changes who stands here; what is tapped from now on is theirs. */
export function CashierDialog() {
  const choose = (u: User) => {
    atTill({ id: u.id, name: u.name });
    shut();
  };
  return (
    <Dialog title="Who is at the till?" close={shut}>
      <Cashiers choose={choose} />
    </Dialog>
  );
}

export function Cashiers({ choose }: { choose: (u: User) => void }) {
  const all = catalogue.value?.cashiers ?? [],
    [name, setName] = useState("");
  if (all.length) return <Pick all={all} on={user.value?.id} what="cashiers" choose={choose} none="" />;
  const submit = (e: Event) => {
    e.preventDefault();
    const n = name.trim();
    if (n) choose(userNamed(n));
  };
  return (
    <form onSubmit={submit}>
      <label class="form-label" for="cashier">
        Your name
      </label>
      <input
        id="cashier"
        class="form-control form-control-lg"
        value={name}
        autocomplete="off"
        onInput={(e) => setName(e.currentTarget.value)}
      />
      <button class="btn btn-primary btn-lg mt-3" type="submit">
        That's me
      </button>
    </form>
  );
}
