/** Letters that are written from right to left, and the marks that turn the direction of what follows. */
const turning =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]|\ud802|\ud803|\ud83a|\ud83b/;

/**
 * iso sets a name within a sentence apart, so that its direction moves nothing around it. Other names stay as they are.
 */
export const iso = (name: string): string => (turning.test(name) ? `\u2068${name}\u2069` : name);
