// The numbers of the protocol: 0, or of a size from 1e-9 to 1e15, with up to 15 significant digits, which a binary
// float carries unharmed. Sums are made of whole numbers of 1e-30, so they are exact.

/** How many places a whole number of 1e-30 has behind the point. */
export const places = 30;

/** x as people write it, in whole 1e-30. */
export const whole = (x: number): bigint => {
  const [digits, exponent] = x.toExponential().split("e") as [string, string];
  const [first, rest = ""] = digits.split(".") as [string, string?];
  return BigInt(first + rest) * 10n ** BigInt(places + +exponent - rest.length);
};

const size = (n: bigint): bigint => (n < 0n ? -n : n);

/** n rounded to 15 digits, half to even; undefined if it is out of the range. */
export const rounded = (n: bigint): number | undefined => {
  const unit = 10n ** BigInt(Math.max(0, `${size(n)}`.length - 15));
  let units = size(n) / unit;
  const rest = (size(n) % unit) * 2n;
  if (rest > unit || (rest === unit && units % 2n)) units++;
  const sized = units * unit;
  if (sized && (sized < 10n ** 21n || sized > 10n ** 45n)) return;
  return +`${n < 0n && sized ? "-" : ""}${sized}e-${places}`;
};

/** round gives what the wire takes of x: 15 digits, half to even; undefined if x is no number of the protocol's. */
export const round = (x: unknown): number | undefined => {
  if (Number.isFinite(x) && (!x || Math.abs(x as number) > 1e-10)) return rounded(whole(x as number));
};

/** add is the exact sum, rounded to 15 digits; undefined if it or a part of it is out of the range. */
export const add = (x: number, y: number): number | undefined => {
  const a = round(x),
    b = round(y);
  if (a === undefined || b === undefined) return;
  const sum = whole(a) + whole(b);
  return size(sum) > 10n ** 45n ? undefined : rounded(sum); // a difference that is too small has no digits to round
};
