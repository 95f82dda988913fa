import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props<T> {
  items: readonly T[];
  /** What the list is of: another one begins at its top. */
  list: unknown;
  /** What one looks like; its key is its own. */
  item: (one: T) => ComponentChildren;
  /** Of each, in px; with least, as many as fit stand side by side. */
  height: number;
  least?: number;
  gap?: number;
  class?: string;
  label?: string;
}

/** Rows above and below that are drawn too, for a finger that scrolls. */
const more = 2;

/** Windowed draws what can be seen of a long list, and so costs the same whatever its length. */
export function Windowed<T>({ items, list, item, height, least = 0, gap = 8, class: name = "", label }: Props<T>) {
  const box = useRef<HTMLDivElement>(null),
    [{ columns, rows }, fit] = useState({ columns: 1, rows: 8 }),
    [top, scroll] = useState(0);
  const row = height + gap,
    first = Math.max(0, top - more),
    last = top + rows + more;
  useLayoutEffect(() => {
    const size = () => {
      const { clientWidth, clientHeight } = box.current!;
      if (!clientWidth) return;
      const style = getComputedStyle(box.current!);
      const width = clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const now = {
        columns: least ? Math.max(1, Math.floor((width + gap) / (least + gap))) : 1,
        rows: Math.ceil(clientHeight / row) + 1,
      };
      fit((was) => (was.columns === now.columns && was.rows === now.rows ? was : now));
    };
    size();
    const watch = new ResizeObserver(size);
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [least, row]);
  useLayoutEffect(() => {
    box.current!.scrollTop = 0;
    scroll(0);
  }, [list]);
  return (
    <div
      ref={box}
      class={`windowed ${name}`}
      role="group"
      aria-label={label}
      onScroll={(e) => scroll(Math.floor(e.currentTarget.scrollTop / row))}
    >
      <div style={{ height: Math.max(0, Math.ceil(items.length / columns) * row - gap) }}>
        <div
          class="windowed-seen"
          style={{
            transform: `translateY(${first * row}px)`,
            gap,
            gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
            gridAutoRows: height,
          }}
        >
          {items.slice(first * columns, last * columns).map(item)}
        </div>
      </div>
    </div>
  );
}
