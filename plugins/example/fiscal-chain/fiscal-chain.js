// Every paid order gets the next place in a chain of hashes, and later a signature for it.
const { Order } = require("point_of_sale.models");
const Registries = require("point_of_sale.Registries");

const fields = ["number", "at", "previous", "hash", "signature", "problem"].map((name) => `fiscal_${name}`);

Registries.Model.extend(
  Order,
  (Order) =>
    class extends Order {
      init_from_JSON(json) {
        super.init_from_JSON(...arguments);
        this.restore(json);
      }

      apply_ms_data(json) {
        super.apply_ms_data(...arguments);
        this.restore(json);
        if (json.mt_state === "paid") {
          this.take_place(json);
        }
      }

      export_as_JSON() {
        const json = super.export_as_JSON(...arguments);
        if (this.fiscal_number) {
          const { fiscal_number: number, fiscal_previous: previous, fiscal_hash: hash } = this;
          // A place is signed, not an order: after a restored backup it may have another.
          this.effect("sign", previous, { order: this.uid, number, previous, hash });
        }
        for (const field of fields) {
          json[field] = this[field];
        }
        return json;
      }

      effect_result(_name, _key, { status, body, error }) {
        const signed = (status === 200 || status === 201) && body && body.signature;
        this.fiscal_signature = signed || null;
        this.fiscal_problem = signed ? null : String(error || body?.message || `status ${status}`).slice(0, 200);
      }

      restore(json) {
        for (const field of fields) {
          this[field] = json[field];
        }
      }

      // A run may be one more of the same change, so an order that has the last place keeps it.
      take_place(json) {
        const last = this.storage.get("last") || { number: 0, hash: "0".repeat(64) };
        const again = last.order === this.uid;
        if (this.fiscal_number && !again) {
          return;
        }
        this.fiscal_number = again ? last.number : last.number + 1;
        this.fiscal_previous = again ? last.previous : last.hash;
        this.fiscal_at = this.fiscal_at || json.mt_tapped_at;
        this.fiscal_hash = sha256(this.fiscal_record(json));
        const { fiscal_number: number, fiscal_previous: previous, fiscal_hash: hash } = this;
        this.storage.set("last", { order: this.uid, number, previous, hash });
      }

      // What is hashed; README.md has its form.
      fiscal_record(json) {
        const lines = json.lines.map(([, , line]) => [
          line.uid,
          line.product_id,
          line.qty,
          line.price_unit,
          line.discount,
        ]);
        return JSON.stringify([this.fiscal_number, this.fiscal_previous, this.uid, this.fiscal_at, lines]);
      }
    },
);

// SHA-256 as in FIPS 180-4. Its constants are the first 32 bits of the fractions of roots of primes.
const primes = [];
for (let n = 2; primes.length < 64; n++) {
  if (primes.every((p) => n % p !== 0)) {
    primes.push(n);
  }
}
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const start = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const added = primes.map((p) => fraction(Math.cbrt(p)));

/** sha256 is the hash of a text in UTF-8, as 64 hexadecimal digits. */
function sha256(text) {
  const bytes = (encodeURIComponent(text).match(/%..|./g) || []).map((c) =>
    c.length > 1 ? Number.parseInt(c.slice(1), 16) : c.charCodeAt(0),
  );
  const bits = bytes.length * 8;
  bytes.push(0x80);
  while (bytes.length % 64 !== 56) {
    bytes.push(0);
  }
  bytes.push(0, 0, 0, 0, bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255);
  const w = [];
  let hash = start;
  for (let at = 0; at < bytes.length; at += 64) {
    let [a, b, c, d, e, f, g, h] = hash;
    for (let t = 0; t < 64; t++) {
      if (t < 16) {
        const i = at + 4 * t;
        w[t] = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
      } else {
        const x = w[t - 15];
        const y = w[t - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
      }
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + added[t] + w[t]) | 0;
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    hash = [a, b, c, d, e, f, g, h].map((x, i) => (x + hash[i]) | 0);
  }
  return hash.map((x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
}
