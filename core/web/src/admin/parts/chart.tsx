import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { zone } from "../../ui/place.ts";
import { dark } from "../../ui/theme.ts";

export interface Series {
  name: string;
  values: (number | null)[];
  colour: string;
  fill?: boolean;
  dots?: boolean;
  steps?: boolean;
}
interface Props {
  label: string;
  x: number[];
  series: Series[];
  unit: (v: number) => string;
}

const hour = 3600,
  atLeast = 300,
  height = 220;

/** Chart draws values over the last hour, in the colours of the theme. */
export function Chart({ label, x, series, unit }: Props) {
  const box = useRef<HTMLDivElement>(null),
    plot = useRef<uPlot | undefined>(undefined);
  const theme = dark.value;
  useEffect(() => {
    const el = box.current!,
      drawn = new uPlot(optionsOf(el, series, unit), [x, ...series.map((s) => s.values)] as uPlot.AlignedData, el);
    plot.current = drawn;
    // It is told once more when its section has gone.
    const sized = new ResizeObserver(() => {
      if (el.clientWidth) drawn.setSize({ width: el.clientWidth, height });
    });
    sized.observe(el);
    return () => {
      sized.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [theme]);
  useEffect(() => {
    plot.current?.setData([x, ...series.map((s) => s.values)] as uPlot.AlignedData);
  }, [x]);
  return <div ref={box} class="chart" role="img" aria-label={label} data-points={x.length} />;
}

function optionsOf(box: HTMLElement, series: Series[], unit: (v: number) => string): uPlot.Options {
  const style = getComputedStyle(box),
    colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--bs-secondary-color"),
    grid: { stroke: colour("--bs-border-color"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
  return {
    width: box.clientWidth,
    height,
    cursor: { y: false },
    legend: { live: true },
    scales: {
      x: {
        range: (u) => {
          const now = Date.now() / 1000;
          return [Math.max(now - hour, Math.min(u.data[0][0] ?? now, now - atLeast)), now];
        },
      },
      y: { range: (_, __, max) => [0, max > 0 ? max * 1.15 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        space: 64,
        incrs: [60, 300, 600, 900],
        values: (_, at) =>
          at.map((s) =>
            new Date(s * 1000).toLocaleTimeString([], {
              timeZone: zone.value,
              hour: "2-digit",
              minute: "2-digit",
              hour12: false,
            }),
          ),
      },
      { ...axis, size: 64, values: (_, at) => at.map(unit) },
    ],
    series: [
      {
        label: "At",
        value: (_, v) =>
          v === null ? "–" : new Date(v * 1000).toLocaleTimeString([], { timeZone: zone.value, hour12: false }),
      },
      ...series.map((s) => ({
        label: s.name,
        stroke: colour(s.colour),
        width: s.dots ? 1.5 : 2,
        fill: s.fill ? `${colour(s.colour)}33` : undefined,
        ...(s.steps && { paths: uPlot.paths.stepped!({ align: 1 }) }),
        points: { show: !!s.dots, size: 4, fill: colour(s.colour) },
        value: (_: uPlot, v: number | null) => (v === null ? "–" : unit(v)),
      })),
    ],
  };
}
