// Property tests have the same seed in every run, so that what passed passes again. SEED chooses another: a whole
// number, or "random". The Go tests read it too: internal/seeds.
import fc from "fast-check";

const { SEED = "1" } = process.env;
if (SEED !== "random") {
  if (!/^-?\d+$/.test(SEED)) throw new Error(`SEED is no whole number: ${SEED}`);
  fc.configureGlobal({ seed: Number(SEED) });
}
