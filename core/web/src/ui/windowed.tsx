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
  /** Rows are stretched so that none is cut where the list begins, or made lower by so much at most, in px. */
  squeeze?: number;
  class?: string;
  label?: string;
}

/** Rows above and below that are drawn too, for a finger that scrolls. */
const more = 2;
/** So much of the next row says that there is one, in px. */
const peek = 4;

/** fitted is the height of rows that fill a place: those that are given, or nearly. */
function fitted(place: number, height: number, gap: number, squeeze: number): number {
  let rows = Math.max(1, Math.round((place - peek) / (height + gap)));
  if (rows > 1 && Math.floor((place - peek) / rows) < height + gap - squeeze) rows--;
  return Math.max(height - squeeze, Math.floor((place - peek) / rows) - gap);
}

/** Windowed draws what can be seen of a long list, and so costs the same whatever its length. */
export function Windowed<T>(props: Props<T>) {
  const { items, list, item, height: usual, least = 0, gap = 8, squeeze, class: name = "", label } = props;
  const box = useRef<HTMLDivElement>(null),
    [{ columns, rows, height }, fit] = useState({ columns: 1, rows: 8, height: usual }),
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
      const high =
        squeeze === undefined ? usual : fitted(clientHeight - parseFloat(style.paddingTop), usual, gap, squeeze);
      const now = {
        columns: least ? Math.max(1, Math.floor((width + gap) / (least + gap))) : 1,
        rows: Math.ceil(clientHeight / (high + gap)) + 1,
        height: high,
      };
      fit((was) => (was.columns === now.columns && was.rows === now.rows && was.height === high ? was : now));
    };
    size();
    const watch = new ResizeObserver(size);
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [least, usual, gap, squeeze]);
  useLayoutEffect(() => {
    box.current!.scrollTop = 0;
    scroll(0);
  }, [list]);
  return (
    <div
      ref={box}
      class={`windowed ${name}${height < usual - 8 ? " low" : ""}`}
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
