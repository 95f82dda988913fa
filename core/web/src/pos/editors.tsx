import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FieldSpec, Fields, Value } from "manytill";
import { shopNow } from "../ui/place.ts";
import { readTime, typedTime } from "../ui/times.ts";
import { draftOf, hintOf, readValue, stepped, titleOf, valueText, type Named } from "./fields.ts";

// Editors of extensions' fields, chosen by what their schema says.

interface Edit {
  name: string;
  info: FieldSpec;
  value: Value | undefined;
  draft: string;
  wrong?: string;
  set: (draft: string) => void;
  step?: (by: number) => void;
}

/** Field is one editor. */
function Field({ name, info, value, draft, wrong, set, step }: Edit) {
  const id = `f-${name}`,
    title = titleOf(name, info),
    hint = hintOf(info);
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
  const words = (
    <>
      {title}
      {hint && <small> ({hint})</small>}
    </>
  );
  const grouped = !!info.enum || !!step;
  return (
    <div class="field">
      {grouped ? (
        <span id={`${id}-title`} class="form-label">
          {words}
        </span>
      ) : (
        <label for={id} class="form-label">
          {words}
        </label>
      )}
      <Editor id={id} title={title} info={info} value={value} draft={draft} wrong={!!wrong} set={set} step={step} />
      {wrong && (
        <p id={`${id}-wrong`} class="start-wrong" role="alert">
          {title} {wrong}.
        </p>
      )}
    </div>
  );
}

interface EntryProps {
  id: string;
  info: FieldSpec;
  draft: string;
  wrong: boolean;
  set: (draft: string) => void;
}
type EditorProps = EntryProps & Pick<Steps, "title" | "value" | "step">;
function Editor({ title, value, step, ...props }: EditorProps) {
  const { info, draft, set } = props;
  if (info.enum) return <Choices {...props} />;
  if (step) return <Stepper title={title} info={info} value={value} step={step} />;
  if (info.type === "time") return <Time {...props} />;
  if (info.type !== "integer" || (info.min === undefined && info.max === undefined)) return <Entry {...props} />;
  return (
    <Stepper title={title} info={info} value={draft.trim()} set={set}>
      <Entry {...props} />
    </Stepper>
  );
}

const entry = ({ id, draft, wrong, set }: EntryProps) => ({
  id,
  "aria-invalid": wrong,
  "aria-describedby": wrong ? `${id}-wrong` : undefined,
  onInput: (e: { currentTarget: { value: string } }) => set(e.currentTarget.value),
  value: draft,
});
const keyboards: Record<string, "decimal" | "numeric"> = { number: "decimal", integer: "numeric" };
/** The longest text that has one line to type in. */
const short = 60;
function Entry(props: EntryProps) {
  const { type, max, pattern } = props.info;
  if ((type === "string" && !pattern && (max ?? Infinity) > short) || type === "any")
    return <textarea class="form-control form-control-lg" rows={2} {...entry(props)} />;
  return (
    <input class="form-control form-control-lg" inputmode={keyboards[type]} autocomplete="off" {...entry(props)} />
  );
}

interface Steps {
  title: string;
  info: FieldSpec;
  value: unknown;
  /** A counter is counted at once, other numbers when they are saved. */
  step?: (by: number) => void;
  set?: (draft: string) => void;
  children?: ComponentChildren;
}
function Stepper({ title, info, value, step, set, children }: Steps) {
  const go = (by: 1 | -1, words: string, sign: string) => {
    const next = stepped(info, value, by);
    return (
      <button
        type="button"
        class="key"
        aria-label={`${words} ${title}`}
        disabled={!next.by}
        onClick={() => (step ? step(next.by) : set!(String(next.to)))}
      >
        {sign}
      </button>
    );
  };
  return (
    <div class="stepper">
      {go(-1, "Less", "−")}
      {children ?? <output aria-label={title}>{valueText(value ?? 0)}</output>}
      {go(1, "More", "+")}
    </div>
  );
}

/** Choices are all on the screen, each a tap; a second tap takes one off again. */
function Choices({ id, info, draft, set }: Omit<EntryProps, "wrong">) {
  const many = info.type.endsWith("[]"),
    now = draft === "" ? [] : (JSON.parse(draft) as Value),
    chosen = (Array.isArray(now) ? now : [now]) as Value[];
  const key = (v: Value) => JSON.stringify(v);
  // What an older manifest had stays in sight.
  const all = [...info.enum!, ...chosen.filter((v) => !info.enum!.some((c) => key(c) === key(v)))];
  const toggle = (v: Value, on: boolean) => {
    if (!many) return set(on ? "" : key(v));
    const left = chosen.filter((c) => key(c) !== key(v));
    set(key(on ? left : [...left, v]));
  };
  return (
    <div class="choices" role="group" aria-labelledby={`${id}-title`}>
      {all.map((v) => {
        const on = chosen.some((c) => key(c) === key(v));
        return (
          <button key={key(v)} type="button" class="choice" aria-pressed={on} onClick={() => toggle(v, on)}>
            {valueText(v)}
          </button>
        );
      })}
    </div>
  );
}

const minutes = 60_000;
/** Time is a time of the shop's clocks; what a kitchen is told most is now, or in a while. */
function Time(props: EntryProps) {
  const { draft, set } = props;
  const now = () => Math.ceil(shopNow() / minutes) * minutes;
  return (
    <div class="when">
      <input class="form-control form-control-lg" type="datetime-local" {...entry(props)} />
      <button type="button" class="choice" onClick={() => set(typedTime(now()))}>
        Now
      </button>
      <button type="button" class="choice" onClick={() => set(later(draft, now(), 15))}>
        +15 min
      </button>
      <button type="button" class="choice" disabled={!draft} onClick={() => set("")}>
        No time
      </button>
    </div>
  );
}
/** later is some minutes after what stands there, or after now. */
const later = (draft: string, now: number, by: number): string => {
  const at = readTime(draft);
  return typedTime((at === undefined ? now : Date.parse(at)) + by * minutes);
};

interface Draft {
  text: string;
  /** What the field was when somebody began to change it. */
  base: Value | undefined;
}

/** useDrafts holds what is typed; read gives only what was changed here, or null where something is wrong. */
export function useDrafts(specs: Named[], fields: Fields) {
  const [drafts, setDrafts] = useState<Record<string, Draft>>({}),
    [wrong, setWrong] = useState<Record<string, string>>({});
  // What is wrong may stand out of sight.
  useEffect(() => document.querySelector(".dlg .start-wrong")?.scrollIntoView({ block: "nearest" }), [wrong]);
  const editors = (step?: (name: string, by: number) => void) =>
    specs.map(([name, info]) => (
      <Field
        key={name}
        name={name}
        info={info}
        value={fields[name]}
        wrong={wrong[name]}
        draft={drafts[name]?.text ?? draftOf(info, fields[name])}
        set={(text) =>
          setDrafts({ ...drafts, [name]: { text, base: drafts[name] ? drafts[name].base : fields[name] } })
        }
        step={step && info.merge === "counter" ? (by) => step(name, by) : undefined}
      />
    ));
  const read = (): Fields | null => {
    const set: Fields = {},
      bad: Record<string, string> = {};
    for (const [name, info] of specs) {
      const draft = drafts[name];
      if (!draft || draft.text === draftOf(info, draft.base)) continue;
      try {
        set[name] = readValue(info, draft.text, draft.base);
      } catch (e) {
        bad[name] = (e as Error).message;
      }
    }
    setWrong(bad);
    return Object.keys(bad).length ? null : set;
  };
  return { editors, read };
}
