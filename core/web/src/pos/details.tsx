import { useEffect, useRef, useState } from "preact/hooks";
import type { FieldSpec, Fields, Value, ShownLine, ShownOrder } from "manytill";
import { isUnit } from "manytill/price";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { dec, money } from "../ui/money.ts";
import { lineName } from "./catalogue.ts";
import { allFields, draftOf, moneyOff, titleOf, readValue, valueText } from "./fields.ts";
import { closedBy, order, run } from "./orders.ts";
import { open, shut } from "./screen.ts";
import { schema } from "./session.ts";
import { ask, line as chosen, removeLine, step } from "./sell.ts";
import { author, clock, label, madeBy, orderWords } from "./words.ts";

interface Edit {
  name: string;
  info: FieldSpec;
  value: Value | undefined;
  draft: string;
  wrong?: string;
  set: (draft: string) => void;
  step?: (by: number) => void;
}

/** Field is one editor, chosen by the field's type. */
function Field({ name, info, value, draft, wrong, set, step }: Edit) {
  const id = `f-${name}`,
    title = titleOf(name, info);
  if (info.derived || info.edit === false)
    return (
      <div class="field">
        <span class="form-label">{title}</span>
        <output class="field-fixed">{valueText(value ?? "—", info)}</output>
      </div>
    );
  if (info.type === "boolean") {
    return (
      <div class="field form-check form-switch">
        <input
          id={id}
          class="form-check-input"
          type="checkbox"
          // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says by itself whether it is on
          role="switch"
          checked={draft === "true"}
          onChange={(e) => set(String(e.currentTarget.checked))}
        />
        <label for={id} class="form-check-label">
          {title}
        </label>
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id} class="form-label">
        {title}
        {info.type === "string[]" && <small> (with commas between)</small>}
        {isUnit(info.role) && <small> (for each)</small>}
      </label>
      {step ? (
        <Stepper title={title} value={value} step={step} />
      ) : (
        <Entry id={id} type={info.type} draft={draft} wrong={!!wrong} set={set} />
      )}
      {wrong && (
        <p id={`${id}-wrong`} class="start-wrong">
          {title} {wrong}.
        </p>
      )}
    </div>
  );
}

const Stepper = ({ title, value, step }: { title: string; value: Value | undefined; step: (by: number) => void }) => (
  <div class="stepper">
    <button type="button" class="key" aria-label={`Less ${title}`} onClick={() => step(-1)}>
      −
    </button>
    <output aria-label={title}>{valueText(value ?? 0)}</output>
    <button type="button" class="key" aria-label={`More ${title}`} onClick={() => step(1)}>
      +
    </button>
  </div>
);

interface EntryProps {
  id: string;
  type: FieldSpec["type"];
  draft: string;
  wrong: boolean;
  set: (draft: string) => void;
}
function Entry({ id, type, draft, wrong, set }: EntryProps) {
  const aria = {
    id,
    "aria-invalid": wrong,
    "aria-describedby": wrong ? `${id}-wrong` : undefined,
    onInput: (e: { currentTarget: { value: string } }) => set(e.currentTarget.value),
    value: draft,
  };
  if (type === "string" || type === "any") return <textarea class="form-control form-control-lg" rows={2} {...aria} />;
  const inputmode = type === "number" ? "decimal" : undefined;
  return <input class="form-control form-control-lg" inputmode={inputmode} autocomplete="off" {...aria} />;
}

type Specs = [string, FieldSpec][];

/** useDrafts holds what is typed; save sends only what was changed here. */
function useDrafts(specs: Specs, fields: Fields) {
  const [drafts, setDrafts] = useState<Record<string, string>>({}),
    [wrong, setWrong] = useState<Record<string, string>>({});
  const editors = (step?: (name: string, by: number) => void) =>
    specs.map(([name, info]) => (
      <Field
        key={name}
        name={name}
        info={info}
        value={fields[name]}
        wrong={wrong[name]}
        draft={drafts[name] ?? draftOf(info, fields[name])}
        set={(draft) => setDrafts({ ...drafts, [name]: draft })}
        step={step && info.merge === "counter" && info.type === "number" ? (by) => step(name, by) : undefined}
      />
    ));
  const read = (): Fields | null => {
    const set: Fields = {},
      bad: Record<string, string> = {};
    for (const [name, info] of specs) {
      const draft = drafts[name];
      if (draft === undefined || draft === draftOf(info, fields[name])) continue;
      try {
        set[name] = readValue(info, draft, fields[name]);
      } catch (e) {
        bad[name] = (e as Error).message;
      }
    }
    setWrong(bad);
    return Object.keys(bad).length ? null : set;
  };
  return { editors, read };
}

const core = (name: string, label: string): [string, FieldSpec] => [
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
  const specs: Specs = [...allFields(schema.value.orderline), core("description", "Name on the order")];
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
    <Dialog title={lineName(line.fields)} close={shut} foot={foot || undefined}>
      <Stop why={why} />
      <p class="text-body-secondary">{madeBy(line.fields)}</p>
      {editors((name, by) => void step(line, name, by))}
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
  const some = specs.length > 0 && o.state === "open";
  const foot = some && (
    <button type="button" class="btn btn-primary btn-lg ms-auto" onClick={() => void save()}>
      Save
    </button>
  );
  return (
    <Dialog title={o.number ? `Order ${label(o, 0)}` : "New order"} close={shut} foot={foot || undefined}>
      <Stop why={some || !specs.length ? "" : closedWords(o)} />
      <p class="text-body-secondary">
        {o.number ? `${madeBy(o.fields)}, run ${o.run}` : "It gets its number with its first line."}
      </p>
      {editors()}
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
