// How categories look: colours that can be told apart, in the order of the catalogue.

/** Twelve colours, also told apart on a dark ground; the next dozen is dashed, the third dotted. */
export const palette = [
  "#d7263d",
  "#1f78d1",
  "#2e9e44",
  "#f08c00",
  "#8e44ec",
  "#0fb5ba",
  "#e667af",
  "#8b5a2b",
  "#b5b800",
  "#5b6f82",
  "#7ed957",
  "#2a2f8f",
] as const;
const lines = ["solid", "dashed", "dotted", "double"];

/** lookOf is the line of the category at a place of the list. */
export const lookOf = (at: number): { color: string; style: string } => ({
  color: palette[at % palette.length]!,
  style: lines[Math.floor(at / palette.length) % lines.length]!,
});
