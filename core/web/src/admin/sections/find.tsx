import { useState } from "preact/hooks";
import { all } from "../api.ts";
import { ActsHead } from "../parts/acts.tsx";
import { Choose } from "../parts/choose.tsx";
import { Empty, Loading, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { schemaKnown } from "../words/schema.ts";
import { go, href } from "../route.ts";
import type { Order, OrdersResponse } from "manytill";
import { count, money, msInfo, orderName, orderTotal, stateLooks, who } from "../words/words.ts";
import { History } from "./history.tsx";
import { loadFloor } from "./multisessions.tsx";

/** Find looks orders up by number and run, of any state, and shows the history of one. */
export function Find({ of, order }: { of?: string; order?: string }) {
  const { data, trouble } = usePoll(loadFloor, 0);
  const session = data?.sessions.find((m) => m.id === of) ?? data?.sessions[0];
  if (order && session) return <History key={order} session={session} order={order} />;
  return (
    <>
      <header class="head">
        <div>
          <h1>Find an order</h1>
          <p class="hint">Open, paid or void, of every run: who did what to it, and when.</p>
        </div>
        {session && <Choose all={data!.sessions} chosen={session.id} choose={(id) => go("orders", id)} />}
      </header>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data && !session && (
        <Empty title="There is no multi-session yet">
          <p>Orders are kept with their multi-session.</p>
        </Empty>
      )}
      {session && <Search key={session.id} session={session.id} run={session.run} />}
    </>
  );
}

const most = 500;
function Search({ session, run }: { session: string; run: number }) {
  const [number, setNumber] = useState(""),
    [ofRun, setRun] = useState(run ? String(run) : ""),
    [state, setState] = useState("");
  const query = new URLSearchParams(Object.entries({ number, run: ofRun, state }).filter(([, v]) => v)).toString();
  const { data, trouble } = usePoll(
    async () => {
      await schemaKnown();
      return all.pages<OrdersResponse, Order>(`/multi-sessions/${session}/orders?${query}`, (p) => p.orders, most);
    },
    0,
    query,
  );
  const digits = (set: (v: string) => void) => (e: { currentTarget: HTMLInputElement }) =>
    set(e.currentTarget.value.replace(/\D/g, "").slice(0, 12));
  return (
    <>
      <form class="panel filter" role="search" onSubmit={(e) => e.preventDefault()}>
        <div>
          <label class="form-label" for="number">
            Number
          </label>
          <input
            id="number"
            class="form-control"
            inputMode="numeric"
            value={number}
            placeholder="any"
            onInput={digits(setNumber)}
          />
        </div>
        <div>
          <label class="form-label" for="run">
            Run
          </label>
          <input
            id="run"
            class="form-control"
            inputMode="numeric"
            value={ofRun}
            placeholder="any"
            onInput={digits(setRun)}
          />
        </div>
        <div>
          <label class="form-label" for="state">
            State
          </label>
          <select id="state" class="form-select" value={state} onChange={(e) => setState(e.currentTarget.value)}>
            <option value="">any</option>
            <option value="open">open</option>
            <option value="paid">paid</option>
            <option value="cancelled">cancelled</option>
            <option value="abandoned">abandoned</option>
          </select>
        </div>
        <p class="hint mb-0">A run ends when the last till closes.{run > 0 && ` Now it is run ${run}.`}</p>
      </form>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data?.items.length === 0 && (
        <Empty title="No order is like that">
          <p>{ofRun ? "Leave the run empty to look through all of them." : "Try another number or state."}</p>
        </Empty>
      )}
      {data && data.items.length > 0 && <Found orders={data.items} more={data.more} session={session} />}
    </>
  );
}

function Found({ orders, more, session }: { orders: Order[]; more: boolean; session: string }) {
  return (
    <>
      <p class="hint">
        {count(orders.length, "order")}
        {more && ", and more: narrow it down"}
      </p>
      <div class="panel table-panel">
        <table class="table">
          <thead>
            <tr>
              <th>Order</th>
              <th>Run</th>
              <th>State</th>
              <th class="num">Total</th>
              <th>Changed last by</th>
              <ActsHead />
            </tr>
          </thead>
          <tbody>
            {orders.map((o) => (
              <tr key={o.id}>
                <td>
                  <b>{orderName(o)}</b>
                </td>
                <td>{o.run}</td>
                <td>
                  <span class={`tag ${stateLooks[o.state]}`}>{o.state}</span>
                </td>
                <td class="num">{money(orderTotal(o))}</td>
                <td>{who(msInfo(o.fields)?.changed)}</td>
                <td>
                  <div class="acts">
                    <a class="btn btn-quiet btn-sm" href={href("orders", session, o.id)}>
                      History
                      <span class="visually-hidden">
                        {" "}
                        of {orderName(o)}, run {o.run}
                      </span>
                    </a>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
