// SHA-256 (FIPS 180-4). The browser's own is asynchronous, and missing where a page comes over plain HTTP.

/** primes are the first so many. */
function primes(many: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < many; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}

/** fraction are the first 32 bits of what stands behind a number's point. */
const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) | 0;

const rounds = primes(64).map((p) => fraction(Math.cbrt(p)));
const start = primes(8).map((p) => fraction(Math.sqrt(p)));

const turned = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

/** sha256 is the hash of bytes, 32 bytes long. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64),
    view = new DataView(padded.buffer);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length << 3);
  let hash = start;
  for (let at = 0; at < padded.length; at += 64) hash = block(hash, view, at);
  const sum = new DataView(new ArrayBuffer(32));
  hash.forEach((word, i) => sum.setInt32(4 * i, word));
  return new Uint8Array(sum.buffer);
}

function block(hash: number[], view: DataView, at: number): number[] {
  const words = Array.from({ length: 16 }, (_, i) => view.getInt32(at + 4 * i));
  for (let i = 16; i < 64; i++) {
    const near = words[i - 2]!,
      far = words[i - 15]!;
    words.push(
      ((turned(near, 17) ^ turned(near, 19) ^ (near >>> 10)) +
        words[i - 7]! +
        (turned(far, 7) ^ turned(far, 18) ^ (far >>> 3)) +
        words[i - 16]!) |
        0,
    );
  }
  let [a, b, c, d, e, f, g, h] = hash as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const one = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + rounds[i]! + words[i]!,
      two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => (word + hash[i]!) | 0);
}
