// The language leaves the last bits of Math.log and Math.exp to the engine, and engines differ. These use exact operations only, so that a seed means the same numbers everywhere.

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Where the exponent lies, which depends on the byte order of the machine. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** ln 2 in two parts; the first has 24 bits, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471824645996;
const LN2_LOW = -1.904654299957768e-9;

/** 2^k for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  words[HIGH] = (k + 1023) << 20;
  words[1 - HIGH] = 0;
  return double[0]!;
}

/** ln x, within two units in the last place. x ≥ 0; below 2⁻¹⁰²² as if it were 0. */
export function log(x: number): number {
  if (x < 2.2250738585072014e-308) return -Infinity;
  if (x === Infinity) return Infinity;
  double[0] = x;
  const high = words[HIGH]!;
  words[HIGH] = (high & 0xf_ffff) | 0x3ff0_0000;
  const mantissa = double[0];
  const isUpper = mantissa > Math.SQRT2;
  const m = isUpper ? mantissa / 2 : mantissa;
  const k = (high >>> 20) - (isUpper ? 1022 : 1023);
  // ln m = 2 artanh s with |s| < 0.172
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const tail = z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11 + z * (1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19 + z / 21)))))))));
  return k * LN2_HIGH + (2 * s + (2 * s * tail + k * LN2_LOW));
}

/** eˣ, within two units in the last place. */
export function exp(x: number): number {
  if (x < -746) return 0;
  if (x > 710) return Infinity;
  const k = Math.floor(x / Math.LN2 + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let n = 13; n > 0; n--) sum = 1 + (r * sum) / n;
  // in two steps: neither 2⁻¹⁰⁷⁵ nor 2¹⁰²⁴ is a normal double
  return sum * powerOfTwo(k >> 1) * powerOfTwo(k - (k >> 1));
}
