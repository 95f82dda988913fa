import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { all, call, type Problem, sentence } from "../api.ts";
import { Empty, Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { schemaKnown } from "../words/schema.ts";
import { href } from "../route.ts";
import { asked, calledIn, keptWords, keyOf, opWords, ordersOf, why, type CalledBy } from "../words/rejections.ts";
import type { AdminMultiSession, Change, HistoryResponse, RejectedMutation, RejectionsResponse } from "manytill";
import { count, when, who } from "../words/words.ts";
import { countWaiting } from "../waiting.ts";

const most = 500;

/**
 * What orders and their lines are called, read once from their histories, one after another; a pruned order has none.
 */
const called = signal<CalledBy>({});
const wanted = new Set<string>();
let before: Promise<unknown> = Promise.resolve();
function nameOrder(session: string, order: string): void {
  const key = keyOf(session, order);
  if (wanted.has(key)) return;
  wanted.add(key);
  before = before
    .then(async () => {
      const { items: changes } = await all.pages<HistoryResponse, Change>(
        `/multi-sessions/${session}/orders/${encodeURIComponent(order)}/history`,
        (p) => p.changes,
        Infinity,
      );
      called.value = { ...called.value, [key]: calledIn(order, changes) };
    })
    .catch(() => {});
}

/** Rejections is the inbox of what cashiers did that could not be done. */
export function Rejections() {
  const [resolved, setResolved] = useState(false);
  const load = async () => {
    const [page, floor] = await Promise.all([
      all.pages<RejectionsResponse, RejectedMutation>(`/rejections?resolved=${resolved}`, (p) => p.rejections, most),
      call<{ multi_sessions: AdminMultiSession[] }>("GET", "/multi-sessions"),
      schemaKnown(),
    ]);
    return { list: page.items.reverse(), more: page.more, sessions: floor.multi_sessions };
  };
  const { data, trouble, again } = usePoll(load, 3000, String(resolved));
  const adds = data ? asked(data.list) : {};
  return (
    <>
      <header class="head">
        <div>
          <h1>Rejections</h1>
          <p class="hint">What a cashier did that could not be done, because something else was first.</p>
        </div>
        <div class="btn-group" role="group" aria-label="Which ones">
          <button type="button" class="btn btn-quiet" aria-pressed={!resolved} onClick={() => setResolved(false)}>
            Waiting
          </button>
          <button type="button" class="btn btn-quiet" aria-pressed={resolved} onClick={() => setResolved(true)}>
            Resolved
          </button>
        </div>
      </header>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data?.more && <p class="hint">These are the oldest {count(data.list.length, "rejection")}; there are more.</p>}
      {data?.list.length === 0 && <None resolved={resolved} />}
      {data?.list.map((r) => (
        <Card
          key={r.id}
          of={r}
          session={data.sessions.find((m) => m.id === r.multi_session)}
          adds={adds}
          again={again}
        />
      ))}
    </>
  );
}

const None = ({ resolved }: { resolved: boolean }) =>
  resolved ? (
    <Empty title="Nothing was resolved yet">
      <p>What you take off the list of waiting ones stands here.</p>
    </Empty>
  ) : (
    <Empty title="Nothing is waiting">
      <p>All that cashiers did came through.</p>
    </Empty>
  );

interface CardProps {
  of: RejectedMutation;
  session?: AdminMultiSession;
  adds: CalledBy;
  again: () => Promise<void>;
}
function Card({ of, session, adds, again }: CardProps) {
  const [trouble, setTrouble] = useState<Problem>();
  const said = why[of.code],
    orders = ordersOf(of),
    kept = keptWords(of);
  useEffect(() => {
    if (session) for (const o of orders) nameOrder(session.id, o);
  }, [session?.id, of.id]);
  const names = Object.fromEntries(
    orders.map((o) => {
      const key = keyOf(of.multi_session, o),
        known = called.value[key];
      return [o, { number: known?.number ?? 0, lines: { ...adds[key]?.lines, ...known?.lines } }];
    }),
  );
  const resolve = async () => {
    try {
      await call("POST", `/rejections/${of.id}/resolve`);
      await Promise.all([again(), countWaiting()]);
      say("Resolved. It stands under Resolved.");
    } catch (e) {
      setTrouble(e as Problem);
    }
  };
  return (
    <article class="panel rejection" aria-label={`Rejection of ${who(of.by)}`}>
      <header>
        <b>{who(of.by)}</b>
        <span class="hint">
          {session?.name ?? of.multi_session}, <time dateTime={of.at}>{when(of.at)}</time>
        </span>
        {!of.resolved && (
          <button type="button" class="btn btn-quiet btn-sm ms-auto" onClick={resolve}>
            Resolve<span class="visually-hidden"> what {who(of.by)} did</span>
          </button>
        )}
      </header>
      <div class="rejection-body">
        <div>
          <h2>Wanted to</h2>
          <ul>
            {(of.mutation.ops ?? []).map((op, i) => (
              <li key={i}>{opWords(op, names)}</li>
            ))}
          </ul>
        </div>
        <div>
          <h2>Refused because</h2>
          <p>
            {said?.because ?? of.code} <span class="hint">{sentence(of.message)}</span>
          </p>
          {kept && <p class="kept">{kept}</p>}
          {said && (
            <p class="mb-0">
              <b>To do:</b> {said.todo}
            </p>
          )}
        </div>
      </div>
      <footer class="hint">
        {session &&
          orders.map((o) => (
            <a key={o} href={href("orders", session.id, o)}>
              {names[o]!.number ? `Order ${names[o]!.number}` : "The order"}'s history
            </a>
          ))}
        <details>
          <summary>As it came</summary>
          <pre>{JSON.stringify(of.mutation, null, 2)}</pre>
        </details>
      </footer>
      <Trouble of={trouble} />
    </article>
  );
}
