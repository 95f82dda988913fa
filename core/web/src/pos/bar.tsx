import { memo } from "preact/compat";
import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { rest } from "../ui/rest.ts";
import { dark, toggleTheme } from "../ui/theme.ts";
import { money } from "../ui/money.ts";
import { customerName } from "./catalogue.ts";
import { current, openIds, orderOf, run, show } from "./orders.ts";
import { done, open, paying } from "./screen.ts";
import { startOrder } from "./sell.ts";
import { link, present, session, user } from "./session.ts";
import { orderTotal } from "./totals.ts";
import { count, isCarried } from "./words.ts";

export function ThemeButton() {
  return (
    <button
      type="button"
      class="icon-btn theme-btn"
      aria-label={dark.value ? "Light colours" : "Dark colours"}
      onClick={toggleTheme}
    >
      <Icon name={dark.value ? "sun" : "moon"} />
    </button>
  );
}

/** Tab is one open order. */
const Tab = memo(function Tab({ id, on }: { id: string; on: boolean }) {
  const o = orderOf(id).value,
    here = useComputed(() => present.value.filter((p) => p.order === id).length).value,
    box = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (on) box.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [on, o?.number]);
  if (!o) return null;
  const sub = customerName(o.fields) || money(orderTotal(o));
  return (
    <button
      ref={box}
      type="button"
      class={`tab${on ? " on" : ""}`}
      aria-current={on ? "true" : undefined}
      data-order={id}
      onClick={() => {
        paying.value = false;
        done.value = null;
        show(id);
      }}
    >
      <span class="tab-no">
        {o.number || "New"}
        {isCarried(o, run.value) && <span class="tab-run">run {o.run}</span>}
      </span>
      <span class="tab-sub">{sub}</span>
      {here > 0 && (
        <span class="tab-here">
          <Icon name="people" size={15} />
          <span class="visually-hidden">, also on </span>
          {here}
          <span class="visually-hidden">{here === 1 ? " other till" : " other tills"}</span>
        </span>
      )}
    </button>
  );
});

/** places is where tabs are. */
const places = (tabs: HTMLElement[]) => new Map(tabs.map((tab) => [tab.dataset.order!, tab.offsetLeft]));

/** shifted are the tabs that were there before, from the first place that another tab has now. */
const shifted = (tabs: HTMLElement[], was: Map<string, number>) => {
  const before = [...was.keys()],
    from = tabs.findIndex((tab, i) => tab.dataset.order !== before[i]);
  return from < 0 ? [] : tabs.slice(from).filter((tab) => was.has(tab.dataset.order!));
};

/**
 * useStill keeps the tab of this screen's order where it is when tabs before it come and go; those that can't stay take
 * no taps at first.
 */
function useStill() {
  const box = useRef<HTMLDivElement>(null),
    last = useRef({ id: "", at: new Map<string, number>(), scroll: 0 });
  const all = () => [...box.current!.querySelectorAll<HTMLElement>("[data-order]")];
  useLayoutEffect(() => {
    const id = current.value,
      was = last.current,
      before = was.at.get(id);
    if (id !== was.id) return; // another order came on the screen: no layout is asked for before it is drawn
    const tabs = all();
    if (!openIds.value.includes(id)) {
      shifted(tabs, was.at).forEach(rest); // none is to stay: no layout is asked for
      return;
    }
    const at = places(tabs),
      x = at.get(id);
    if (x !== undefined && before !== undefined) box.current!.scrollLeft = was.scroll + x - before;
    const scroll = box.current!.scrollLeft;
    for (const tab of tabs) {
      const moved = at.get(tab.dataset.order!)! - scroll - (was.at.get(tab.dataset.order!) ?? Infinity) + was.scroll;
      if (Number.isFinite(moved) && Math.abs(moved) > 8) rest(tab);
    }
  }, [openIds.value, current.value]);
  useEffect(() => {
    last.current = { id: current.value, at: places(all()), scroll: box.current!.scrollLeft };
  }, [openIds.value, current.value]);
  return {
    ref: box,
    onScroll: () => {
      last.current.scroll = box.current!.scrollLeft;
    },
  };
}

function Tabs() {
  const still = useStill();
  return (
    <nav class="tabs" aria-label="Open orders">
      <button
        type="button"
        class="tab tab-new"
        aria-label="New order"
        onClick={() => {
          paying.value = false;
          startOrder();
        }}
      >
        <Icon name="plus" />
      </button>
      <div {...still} class="tabs-scroll">
        {openIds.value.map((id) => (
          <Tab key={id} id={id} on={id === current.value} />
        ))}
      </div>
    </nav>
  );
}

export function Connection() {
  const c = link.value;
  return (
    <>
      <button type="button" class={`link link-${c.tone}`} title={c.long} onClick={() => open("menu")}>
        <span class="link-dot" />
        <span class="link-text">{c.short}</span>
      </button>
      <span class="visually-hidden" role="status">
        {c.long}
      </span>
    </>
  );
}

export function Bar() {
  return (
    <header class="bar">
      <Tabs />
      <div class="bar-right">
        <button
          type="button"
          class="icon-btn bar-list"
          aria-label={`All orders, ${count(openIds.value.length, "open order")}`}
          onClick={() => open("orders")}
        >
          <Icon name="list" />
        </button>
        <Connection />
        <button type="button" class="who-btn" onClick={() => open("cashier")}>
          <Icon name="badge" />
          <span>
            <b>{user.value?.name ?? "Cashier"}</b>
            <small>{session.value!.saved.name}</small>
          </span>
        </button>
        <ThemeButton />
        <button type="button" class="icon-btn" aria-label="Till menu" onClick={() => open("menu")}>
          <Icon name="menu" />
        </button>
      </div>
    </header>
  );
}
