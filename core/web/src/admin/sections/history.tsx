import { useState } from "preact/hooks";
import { all, call } from "../api.ts";
import { Loading, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { href } from "../route.ts";
import { amountText, schema } from "../../ui/price.ts";
import { loadExtensions } from "../words/schema.ts";
import type { AdminMultiSession, Change, Fields, HistoryResponse, Order, OrdersResponse } from "manytill";
import { needs, needsOf, timeline, type Entry, type Step } from "../words/timeline.ts";
import {
  dec,
  lineName,
  lineTotal,
  money,
  orderName,
  orderPaid,
  orderTotal,
  quantity,
  stateLooks,
  sum,
  when,
  who,
} from "../words/words.ts";
import { Void } from "./live.tsx";

/** History is one order as it is, and all that happened to it. */
export function History({ session, order }: { session: AdminMultiSession; order: string }) {
  const load = async () => {
    const at = `/multi-sessions/${session.id}/orders`;
    const [history, extensions] = await Promise.all([
      all.pages<HistoryResponse, Change>(`${at}/${encodeURIComponent(order)}/history`, (p) => p.changes, Infinity),
      loadExtensions(),
    ]);
    const last = history.items.at(-1)?.orders[order];
    const page = last && (await call<OrdersResponse>("GET", `${at}?number=${last.number}&run=${last.run}`));
    return { changes: history.items, schema: extensions.schema, order: page?.orders.find((o) => o.id === order) };
  };
  const { data, trouble, again } = usePoll(load, 3000, order);
  const [voiding, setVoiding] = useState(false);
  const o = data?.order;
  return (
    <>
      <header class="head">
        <div>
          <a class="up" href={href("orders", session.id)}>
            Find an order
          </a>
          <h1>
            {o ? orderName(o) : "Order"} {o && <span class={`tag ${stateLooks[o.state]}`}>{o.state}</span>}
            {o?.needs && <span class="tag tag-busy">needs {needs[o.needs] ?? o.needs}</span>}
          </h1>
          <p class="hint">
            {session.name}
            {o && `, run ${o.run}`}
          </p>
        </div>
        {o?.state === "open" && (
          <button type="button" class="btn btn-quiet text-danger-emphasis" onClick={() => setVoiding(true)}>
            Void
          </button>
        )}
      </header>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data && (
        <div class="history">
          <ol class="panel timeline" aria-label="What happened">
            {timeline(order, data.changes, data.schema).map((e) => (
              <Moment key={e.seq} of={e} session={session.id} />
            ))}
          </ol>
          {o && <Receipt order={o} />}
        </div>
      )}
      {voiding && o && <Void order={o} session={session.id} close={() => setVoiding(false)} again={again} />}
    </>
  );
}

function Moment({ of, session }: { of: Entry; session: string }) {
  // Tapped and stored are a moment apart, unless the till was offline.
  const late = of.tapped && Date.parse(of.stored) - Date.parse(of.tapped) > 5000;
  return (
    <li>
      <div class="moment-head">
        <b>{who(of.by)}</b>
        <span class="hint">
          {late ? (
            <>
              tapped <time dateTime={of.tapped}>{when(of.tapped)}</time>, stored{" "}
              <time dateTime={of.stored}>{when(of.stored)}</time>
            </>
          ) : (
            <time dateTime={of.stored} title={of.tapped && `Tapped ${when(of.tapped)}, stored ${when(of.stored)}`}>
              {when(of.stored)}
            </time>
          )}
        </span>
      </div>
      <ul>
        {of.steps.length ? (
          of.steps.map((s, i) => <What key={i} of={s} session={session} />)
        ) : (
          <li class="hint">changed nothing</li>
        )}
      </ul>
    </li>
  );
}

function What({ of, session }: { of: Step; session: string }) {
  return (
    <li class={`step step-${of.kind}`}>
      <span>{of.order ? <a href={href("orders", session, of.order)}>{of.what}</a> : of.what}</span>
      {of.to !== undefined && (
        <span class="from-to">
          <s>{of.from}</s>
          <span aria-hidden="true">→</span>
          <span class="visually-hidden">is now</span>
          <b>{of.to}</b>
        </span>
      )}
    </li>
  );
}

/** Priced are the fields of extensions that go into a line's total. */
function Priced({ of }: { of: Fields }) {
  const all = Object.entries(schema.value.orderline).filter(
    ([name]) => dec(of[name]).n !== 0n && amountText(of[name], schema.value.orderline[name]) !== undefined,
  );
  return (
    <>
      {all.map(([name, info]) => (
        <small key={name} class="hint d-block">
          {info.label || name}: {amountText(of[name], info)}
        </small>
      ))}
    </>
  );
}

function Receipt({ order }: { order: Order }) {
  const total = orderTotal(order),
    paid = orderPaid(order);
  return (
    <aside class="panel receipt" aria-label="The order as it is">
      <table class="table table-sm">
        <thead class="visually-hidden">
          <tr>
            <th>Line</th>
            <th>Sum</th>
          </tr>
        </thead>
        <tbody>
          {order.lines.map((l) => (
            <tr key={l.id}>
              <td>
                {quantity(l.fields.qty)} × {lineName(l.fields)}
                {dec(l.fields.discount).n !== 0n && (
                  <small class="hint d-block">{quantity(l.fields.discount)} % off</small>
                )}
                <Priced of={l.fields} />
              </td>
              <td class="num">{money(lineTotal(l.fields))}</td>
            </tr>
          ))}
          {order.lines.length === 0 && (
            <tr>
              <td colSpan={2} class="hint">
                no lines
              </td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td class="num">
              <b>{sum(total)}</b>
            </td>
          </tr>
          {order.payments.map((p) => (
            <tr key={p.id}>
              <th scope="row">
                {p.method}
                {p.needs && <span class="tag tag-busy">needs {needsOf(p)}</span>}
              </th>
              <td class="num">{money(dec(p.amount))}</td>
            </tr>
          ))}
          {order.payments.length > 1 && (
            <tr>
              <th scope="row">Paid</th>
              <td class="num">{money(paid)}</td>
            </tr>
          )}
        </tfoot>
      </table>
    </aside>
  );
}
