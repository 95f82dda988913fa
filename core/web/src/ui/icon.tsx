// Icons, 24 × 24, drawn with lines in the colour of the text.
const paths = {
  x: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  search: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14zm5-2 4.5 4.5",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  badge:
    "M5 4h14v16H5zM9 4V2.8h6V4M12 12.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6zM8 17c.5-1.8 2-2.7 4-2.7s3.5.9 4 2.7",
  list: "M8.5 6H20M8.5 12H20M8.5 18H20M4 6h.5M4 12h.5M4 18h.5",
  sun: "M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3 19 19M5 19l1.7-1.7M17.3 6.7 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  menu: "M4 6.5h16M4 12h16M4 17.5h16",
  back: "M20 5H9L3 12l6 7h11zM11.5 9l6 6M17.5 9l-6 6",
  left: "M14.5 5.5 8 12l6.5 6.5",
  check: "M5 12.5l4.5 4.5L19.5 7",
  warn: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.3v.2",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.7v.2",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.3l3.3 2",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l.8 13h8.4L17 7M10.5 11v5.5M13.5 11v5.5",
  move: "M4 12h15M13 6l6 6-6 6",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5M8.5 8.5h7M8.5 12h4.5",
  cash: "M3 6.5h18v11H3zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 9.5v.1M18 14.5v.1",
  card: "M3 5.5h18v13H3zM3 10h18M6.5 15h4",
  cart: "M3 4h2.5l2.3 11h10l2-8H6.5M9 19.5h.2M17 19.5h.2",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  offline: "M3 3l18 18M5 10a11 11 0 0 1 4-2.3M12.5 7a11 11 0 0 1 6.5 3M8 13.5a6.5 6.5 0 0 1 3-1.7M12 18h.2",
  people:
    "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c.5-3.2 3-5 6.5-5s6 1.8 6.5 5M16 4.7a3.5 3.5 0 0 1 0 6.6M17.5 14.8c2.3.6 3.7 2.3 4 4.7",
  keys: "M6 5.5h.1M12 5.5h.1M18 5.5h.1M6 12h.1M12 12h.1M18 12h.1M6 18.5h.1M12 18.5h.1M18 18.5h.1",
  down: "M12 4v12M6.5 11 12 16.5 17.5 11M4 20.5h16",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 22 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
