import { useEffect, useRef } from "preact/hooks";
import type { ShownLine, ShownOrder } from "manytill";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { dec, money } from "../ui/money.ts";
import { lineName } from "./catalogue.ts";
import { useDrafts } from "./editors.tsx";
import { allFields, moneyOff, type Named } from "./fields.ts";
import { closedBy, order, run } from "./orders.ts";
import { open, shut } from "./screen.ts";
import { schema } from "./session.ts";
import { ask, line as chosen, removeLine, step } from "./sell.ts";
import { author, clock, label, madeBy, orderWords } from "./words.ts";

const core = (name: string, label: string): Named => [
  name,
  { type: "string", merge: "last", owner: "core", label, edit: true },
];

/** Stop says why nothing can be saved any more. */
const Stop = ({ why }: { why: string }) =>
  why ? (
    <p class="alert alert-warning" role="alert">
      {why}
    </p>
  ) : null;

function closedWords(o: ShownOrder): string {
  if (o.state === "open") return "";
  return (
    (closedBy.value?.order === o.id
      ? closedBy.value.words
      : `${orderWords(o, run.value).replace(/^./, (c) => c.toUpperCase())} is ${o.state}`) +
    ". Nothing can be changed on it any more."
  );
}

interface LineProps {
  order: ShownOrder;
  line: ShownLine;
  gone: boolean;
}
export function LineDialog({ order: o, line, gone }: LineProps) {
  const why = closedWords(o) || (gone ? "This line isn't on the order any more: it was taken off or moved." : "");
  const specs: Named[] = [...allFields(schema.value.orderline), core("description", "Name on the order")];
  const { editors, read } = useDrafts(specs, line.fields);
  const save = async () => {
    const set = read();
    if (!set) return;
    const off = moneyOff(schema.peek().orderline, set),
      rest = Object.fromEntries(Object.entries(set).filter(([name]) => !(name in off)));
    // A line has a discount in percent or in money.
    if (
      Object.keys(off).length &&
      !(await ask({
        op: "line.set",
        order: o.id,
        line: line.id,
        set: { ...off, ...(Object.values(off).some(Boolean) && { discount: 0 }) },
      }))
    )
      return;
    if (Object.keys(rest).length && !(await ask({ op: "line.set", order: o.id, line: line.id, set: rest }))) return;
    shut();
  };
  const foot = !why && (
    <>
      <button
        type="button"
        class="btn btn-outline-danger btn-lg me-auto"
        onClick={() => {
          shut();
          void removeLine(line);
        }}
      >
        <Icon name="trash" />
        Remove
      </button>
      <button type="button" class="btn btn-outline-secondary btn-lg" onClick={() => open("move")}>
        Move
      </button>
      <button type="button" class="btn btn-primary btn-lg" onClick={() => void save()}>
        Save
      </button>
    </>
  );
  return (
    <Dialog title={lineName(line.fields)} close={shut} foot={foot || undefined} others={why} still>
      <Stop why={why} />
      {editors((name, by) => void step(line, name, by))}
      <p class="text-body-secondary">{madeBy(line.fields)}</p>
    </Dialog>
  );
}

export function OrderDialog({ order: o }: { order: ShownOrder }) {
  const specs = allFields(schema.value.order),
    { editors, read } = useDrafts(specs, o.fields);
  const save = async () => {
    const set = read();
    if (!set) return;
    if (Object.keys(set).length && !(await ask({ op: "order.set", order: o.id, set }))) return;
    shut();
  };
  const some = specs.length > 0 && o.state === "open",
    why = some || !specs.length ? "" : closedWords(o);
  const foot = some && (
    <button type="button" class="btn btn-primary btn-lg ms-auto" onClick={() => void save()}>
      Save
    </button>
  );
  return (
    <Dialog
      title={o.number ? `Order ${label(o, 0)}` : "New order"}
      close={shut}
      foot={foot || undefined}
      others={why}
      still
    >
      <Stop why={why} />
      {editors()}
      <p class="text-body-secondary">
        {o.number ? `${madeBy(o.fields)}, run ${o.run}` : "It gets its number with its first line."}
      </p>
      {!specs.length && <p>No extension adds anything to orders here.</p>}
      {o.payments.length > 0 && (
        <>
          <h3>Payments</h3>
          <ul class="plain">
            {o.payments.map((p) => (
              <li key={p.id}>
                <span>
                  {p.method}
                  {p.needs && <b class="off">needs {p.needs}</b>}
                </span>
                <small>
                  {author(p.by)} {p.at ? clock(p.at) : "not sent yet"}
                </small>
                <b>{money(dec(p.amount))}</b>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

/** Details stay open when their line goes, so that nothing vanishes under somebody's fingers. */
export function Details({ of }: { of: "line" | "order" }) {
  const o = order.value,
    now = of === "line" ? chosen() : undefined,
    last = useRef(now);
  last.current = now ?? last.current;
  useEffect(() => {
    if (!o || (of === "line" && !last.current)) shut();
  }, [o, of]);
  if (of === "order") return o ? <OrderDialog order={o} /> : null;
  return o && last.current ? <LineDialog key={last.current.id} order={o} line={last.current} gone={!now} /> : null;
}
