import { useComputed } from "@preact/signals";
import { memo } from "preact/compat";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { dec, isZero, money, neg, price, sum, text } from "../ui/money.ts";
import { useRest } from "../ui/rest.ts";
import type { FieldSpec, ShownLine, ShownOrder } from "manytill";
import { customerName, lineName } from "./catalogue.ts";
import { isOff, shownFields, titleOf, valueText } from "./fields.ts";
import { closedBy, order, rowsMoved, run, selected, touched } from "./orders.ts";
import { Numpad } from "./numpad.tsx";
import { done, open, paying } from "./screen.ts";
import { present, schema } from "./session.ts";
import { select, startOrder } from "./sell.ts";
import { due, lineTotal, orderTotal, paid } from "./totals.ts";
import { author, count, isCarried, madeBy } from "./words.ts";

/** long gives the class of what needs smaller letters to stay whole. */
const long = (s: string, most: number) => (s.length > most ? " long" : "");

/** Row is one line; it is drawn again only when that line changed. */
const Row = memo(function Row({ line }: { line: ShownLine }) {
  const f = line.fields,
    box = useRef<HTMLLIElement>(null),
    on = useComputed(() => selected.value === line.id).value;
  useEffect(() => {
    if (!touched.has(line)) return;
    touched.delete(line);
    box.current!.firstElementChild!.animate(
      [{ backgroundColor: "var(--peer)" }, { backgroundColor: "var(--peer)", offset: 0.4 }, {}],
      2600,
    );
  }, [line]);
  useEffect(() => {
    if (on) box.current!.scrollIntoView({ block: "nearest" });
  }, [on]);
  const qty = text(dec(f.qty)),
    percent = dec(f.discount),
    extra = shownFields(schema.value.orderline, f);
  return (
    <li ref={box} id={`line-${line.id}`} class={`line${on ? " on" : ""}`}>
      <button type="button" class="line-btn" aria-pressed={on} onClick={() => select(line.id)}>
        <span class={`line-qty${long(qty, 4)}`}>{qty}</span>
        <span class="line-name">{lineName(f)}</span>
        <span class="line-sum">{money(lineTotal(line))}</span>
        <span class="line-sub">
          <span class="line-unit">
            {price(dec(f.price_unit))} each{!isZero(percent) && <b class="off">−{text(percent)} %</b>}
          </span>
          <span class="line-by">
            {line.pending && <Icon name="clock" size={13} />}
            {madeBy(f)}
            {line.pending && <span class="visually-hidden">, not sent yet</span>}
          </span>
        </span>
        {extra.map(([name, info]) => (
          <Extra key={name} name={name} info={info} value={f[name]} />
        ))}
      </button>
    </li>
  );
});

function Extra({ name, info, value }: { name: string; info: FieldSpec; value: unknown }) {
  return (
    <span class={`extra${isOff(info) ? " extra-off" : ""}`}>
      <i>{titleOf(name, info)}</i> {valueText(value, info)}
    </span>
  );
}

function Head({ o }: { o: ShownOrder }) {
  const here = present.value.filter((p) => p.order === o.id),
    customer = customerName(o.fields);
  return (
    <div class="order-head">
      <h1>
        {o.number ? <>Order {o.number}</> : "New order"}
        {isCarried(o, run.value) && <span class="run">run {o.run}</span>}
      </h1>
      <span class="order-here">
        {here.length > 0 && (
          <>
            <Icon name="people" size={16} />
            {here.map((p) => author(p)).join(", ")}
          </>
        )}
      </span>
      <button type="button" class={`customer${customer ? " has" : ""}`} onClick={() => open("customer")}>
        <Icon name="user" />
        <span>{customer || "Customer"}</span>
      </button>
    </div>
  );
}

/** OrderFields stand below the lines: no line moves when another till writes the first one. */
function OrderFields({ o }: { o: ShownOrder }) {
  const extra = shownFields(schema.value.order, o.fields);
  if (!extra.length && !o.needs) return null;
  return (
    <button type="button" class="order-fields arrives" onClick={() => open("order")}>
      <span class="visually-hidden">Details:</span>
      {o.needs && (
        <span class="extra extra-off">
          <i>needs</i> {o.needs}
        </span>
      )}
      {o.review?.map((r) => (
        <span key={r.extension + r.message} class="extra extra-off">
          <i>{r.extension}</i> {r.message}
        </span>
      ))}
      {extra.map(([name, info]) => (
        <Extra key={name} name={name} info={info} value={o.fields[name]} />
      ))}
    </button>
  );
}

function Empty({ o }: { o?: ShownOrder }) {
  const d = done.value,
    holds = o ? paid(o) : dec(0);
  if (!isZero(holds))
    return (
      <div class="empty">
        <Icon name="cash" size={44} />
        <h2>No lines, and {money(holds)} paid</h2>
        <p>Give the money back, or tap a product to add it.</p>
      </div>
    );
  if (d) {
    return (
      <div class="empty done" role="status">
        <Icon name="check" size={44} />
        <h2>{d.words}</h2>
        {d.sum && (
          <p class="done-change">
            <span>{d.what}</span>
            <b>{d.sum}</b>
          </p>
        )}
        <p>The next tap on a product starts the next order.</p>
      </div>
    );
  }
  return (
    <div class="empty">
      <Icon name="cart" size={44} />
      <h2>Nothing here yet</h2>
      <p>Tap a product to add it.</p>
    </div>
  );
}

function Closed({ o }: { o: ShownOrder }) {
  const words = closedBy.value?.order === o.id ? closedBy.value.words : `Order ${o.number} is ${o.state}`;
  return (
    <div class="closed arrives" role="alert">
      <Icon name="lock" size={28} />
      <p>
        <b>{words}.</b> Nothing can be added to it any more.
      </p>
      <button type="button" class="btn btn-primary btn-lg" onClick={startOrder}>
        New order
      </button>
    </div>
  );
}

function Total({ o }: { o: ShownOrder }) {
  const already = paid(o),
    total = sum(orderTotal(o));
  return (
    <div class="total">
      <span class="total-count">
        {count(o.lines.length, "line")}
        {!isZero(already) && (
          <>
            {" "}
            · paid
            {!isZero(due(o)) && (
              <>
                {" "}
                {money(already)}, {due(o).n < 0n ? <>to give back {money(neg(due(o)))}</> : <>left {money(due(o))}</>}
              </>
            )}
          </>
        )}
      </span>
      <span class="total-word">Total</span>
      <output class={`total-sum${long(total, 12)}`} aria-label="Total of the order">
        {total}
      </output>
    </div>
  );
}

/** The height that lines had when they were last on the screen, and the least of a row, in px. */
let room = 0;
const least = 40;

/**
 * Lines rest when another till moved some of them. Of an order that comes on the screen what can be seen is drawn
 * first, and the rest after that.
 */
function Lines({ o }: { o: ShownOrder }) {
  const box = useRef<HTMLOListElement>(null),
    [whole, draw] = useState(false);
  useRest(box, rowsMoved.value);
  useEffect(() => {
    draw(true);
    const watch = new ResizeObserver(([seen]) => {
      room = seen!.contentRect.height;
    });
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  const rows = whole ? o.lines : o.lines.slice(0, Math.ceil((room || innerHeight) / least) + 1);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the list scrolls, by keys too
    <ol ref={box} class="lines" aria-label="Lines" tabIndex={0}>
      {rows.map((l) => (
        <Row key={l.id} line={l} />
      ))}
    </ol>
  );
}

export function OrderPane() {
  const o = order.value;
  if (!o)
    return (
      <section class="order" aria-label="Order">
        <h1 class="visually-hidden">No order yet</h1>
        <Empty />
      </section>
    );
  return (
    <section class="order" aria-label="Order">
      <Head o={o} />
      {o.lines.length ? <Lines key={o.id} o={o} /> : <Empty o={o} />}
      <OrderFields o={o} />
      <Total o={o} />
      {o.state !== "open" ? <Closed o={o} /> : !paying.value && <Numpad o={o} />}
    </section>
  );
}
