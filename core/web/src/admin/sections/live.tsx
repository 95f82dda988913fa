import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import { all, call } from "../api.ts";
import { ActsHead } from "../parts/acts.tsx";
import { Choose } from "../parts/choose.tsx";
import { Ask } from "../parts/dialog.tsx";
import { Empty, Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { schemaKnown } from "../words/schema.ts";
import { go, href } from "../route.ts";
import type { AdminMultiSession, Connection, Order, OrdersResponse } from "manytill";
import { needs, needsOf } from "../words/timeline.ts";
import { neg } from "../../ui/money.ts";
import {
  count,
  lineName,
  lineTotal,
  money,
  msInfo,
  orderName,
  orderPaid,
  orderTotal,
  paymentWords,
  quantity,
  who,
} from "../words/words.ts";
import { Connections } from "./connections.tsx";
import { loadFloor } from "./multisessions.tsx";
import { ThisOne } from "./nodes.tsx";

/** Live is what happens now in one multi-session. */
export function Live({ of }: { of?: string }) {
  const { data, trouble } = usePoll(loadFloor, 0);
  const session = data?.sessions.find((m) => m.id === of) ?? data?.sessions[0];
  return (
    <>
      <header class="head">
        <div>
          <h1>Live</h1>
          <p class="hint">Open orders and connected tills, as they are now.</p>
        </div>
        {session && <Choose all={data!.sessions} chosen={session.id} choose={(id) => go("live", id)} />}
      </header>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data && !session && (
        <Empty title="There is no multi-session yet">
          <p>Create one, add POS to it and open a till: its orders appear here.</p>
          <a class="btn btn-primary" href={href("multi-sessions", "new")}>
            Create a multi-session
          </a>
        </Empty>
      )}
      {session && <Now key={session.id} session={session} />}
    </>
  );
}

const mostOrders = 1000;

function Now({ session }: { session: AdminMultiSession }) {
  const load = async () => {
    const [orders, connected, now] = await Promise.all([
      all.pages<OrdersResponse, Order>(`/multi-sessions/${session.id}/orders?state=open`, (p) => p.orders, mostOrders),
      call<{ connections: Connection[] }>("GET", "/connections"),
      call<AdminMultiSession>("GET", `/multi-sessions/${session.id}`),
      schemaKnown(),
    ]);
    const mine = connected.connections
      .filter((c) => c.multi_session === session.id)
      .sort((a, b) => a.pos.name.localeCompare(b.pos.name) || a.since.localeCompare(b.since));
    return { orders, connections: mine, run: now.run };
  };
  const { data, trouble, again } = usePoll(load, 2000, session.id);
  const [voiding, setVoiding] = useState<Order>();
  if (!data) return trouble ? <Trouble of={trouble} /> : <Loading />;
  return (
    <>
      {trouble && <Trouble of={trouble} />}
      <h2 class="part" translate={false}>
        {count(data.orders.items.length, "open order")}
        {data.orders.more && " and more"}
        {data.run > 0 && <small class="hint">Run {data.run}</small>}
      </h2>
      {data.orders.items.length ? (
        <div class="panel table-panel">
          <table class="table orders">
            <thead>
              <tr>
                <th>Order</th>
                <th>Lines</th>
                <th class="num">Total</th>
                <th>Changed last by</th>
                <ActsHead />
              </tr>
            </thead>
            <tbody translate={false}>
              {data.orders.items.map((o) => (
                <Row key={o.id} order={o} run={data.run} session={session.id} drop={setVoiding} />
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Empty title="No order is open">
          <p>The first line of an order makes it appear here.</p>
        </Empty>
      )}
      <h2 class="part" translate={false}>
        {count(data.connections.length, "connection")}
      </h2>
      <ThisOne what="Tills that are connected" />
      <Connections all={data.connections} />
      {voiding && <Void order={voiding} session={session.id} close={() => setVoiding(undefined)} again={again} />}
    </>
  );
}

interface RowProps {
  order: Order;
  run: number;
  session: string;
  drop: (o: Order) => void;
}

/** Row draws itself anew only when its order has changed. */
const Row = memo(function Row({ order, run, session, drop }: RowProps) {
  const paid = orderPaid(order);
  const lines = order.lines
    .slice(0, 3)
    .map((l) => `${quantity(l.fields.qty)} × ${lineName(l.fields)}`)
    .join(", ");
  return (
    <tr>
      <td class="nowrap">
        <b>{orderName(order)}</b>
        {order.run !== run && <span class="tag">run {order.run}</span>}
        {order.needs && <span class="tag tag-busy">needs {needs[order.needs] ?? order.needs}</span>}
        {order.payments.some((p) => p.needs) && (
          <span class="tag tag-busy">payment needs {needsOf(order.payments.find((p) => p.needs)!)}</span>
        )}
      </td>
      <td
        class="lines"
        title={order.lines
          .map((l) => `${quantity(l.fields.qty)} × ${lineName(l.fields)}  ${money(lineTotal(l.fields))}`)
          .join("\n")}
      >
        {lines || <span class="hint">no lines</span>}
        {order.lines.length > 3 && <span class="hint"> and {order.lines.length - 3} more</span>}
      </td>
      <td class="num">
        {money(orderTotal(order))}
        {paid.n !== 0n && <small class="hint d-block">{money(paid)} paid</small>}
      </td>
      <td>{who(msInfo(order.fields)?.changed)}</td>
      <td>
        <div class="acts">
          <a class="btn btn-quiet btn-sm" href={href("orders", session, order.id)}>
            History<span class="visually-hidden"> of {orderName(order)}</span>
          </a>
          <button type="button" class="btn btn-quiet btn-sm text-danger-emphasis" onClick={() => drop(order)}>
            Void<span class="visually-hidden"> {orderName(order)}</span>
          </button>
        </div>
      </td>
    </tr>
  );
});

export function Void({
  order,
  session,
  close,
  again,
}: {
  order: Order;
  session: string;
  close: () => void;
  again: () => Promise<void>;
}) {
  const [reason, setReason] = useState(""),
    paid = orderPaid(order),
    held = paid.n === 0n ? "" : paymentWords(order),
    out = paid.n < 0n,
    sum = money(out ? neg(paid) : paid);
  const submit = async () => {
    await call("POST", `/multi-sessions/${session}/orders/${encodeURIComponent(order.id)}/cancel`, {
      reason: reason.trim(),
    });
    await again();
    say(`${orderName(order)} is void.${held ? ` ${out ? "Take back" : "Give back"} ${sum}: ${held}.` : ""}`);
    close();
  };
  return (
    <Ask title={`Void ${orderName(order).toLowerCase()}?`} go="Void the order" danger close={close} submit={submit}>
      <p>
        It disappears from every till and can't be opened again: {count(order.lines.length, "line")},{" "}
        {money(orderTotal(order))}.
      </p>
      {held && (
        <p class="alert alert-warning" role="alert">
          <b>
            It {out ? "gave out" : "holds"} money: {held}.
          </b>{" "}
          Voiding {out ? "takes" : "gives"} nothing back by itself: {sum} has to be {out ? "taken" : "given"} back. Its
          payments stand as “needs a refund”.
        </p>
      )}
      <label class="form-label" for="reason">
        Reason
      </label>
      <input
        id="reason"
        class="form-control"
        value={reason}
        required
        maxLength={500}
        placeholder="The guest left"
        aria-describedby="reason-help"
        onInput={(e) => setReason(e.currentTarget.value)}
      />
      <p id="reason-help" class="hint mt-2 mb-0">
        It stands in the order's history.
      </p>
    </Ask>
  );
}
