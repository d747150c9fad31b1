import { evaluateSize, type SizeForm, type TraceSizes } from '../graph/size-form.ts';

/** A float that depends on sizes as means do: factor · numerator / denominator. Null stands for 1. */
export interface SizeFraction {
  readonly factor: number;
  readonly numerator: SizeForm | null;
  readonly denominator: SizeForm | null;
}

/** How far float32 may be off by rounding twice. */
const ROUNDING = 2 ** -22;

/**
 * The fraction that takes these float32 values in the traces: a number divided by a product of sizes (the weight of each row in a mean), a number times
 * one, or N/(N − 1), with which a variance is corrected. Null where it is none of them.
 */
export function fitFraction(values: readonly number[], sizes: TraceSizes): SizeFraction | null {
  for (const axes of subsets(Object.keys(sizes[0]!))) {
    const product: SizeForm = { constant: 0, terms: [{ factor: 1, axes }] };
    const counts = sizes.map((at) => evaluateSize(product, at));
    const divided = commonFactor(values.map((value, i) => value * counts[i]!));
    if (divided !== null) return { factor: divided, numerator: null, denominator: product };
    const multiplied = commonFactor(values.map((value, i) => value / counts[i]!));
    if (multiplied !== null) return { factor: multiplied, numerator: product, denominator: null };
    const corrected = correction(values, counts);
    if (corrected !== null) {
      const terms = [{ factor: corrected, axes }];
      return { factor: 1, numerator: { constant: 0, terms }, denominator: { constant: -1, terms } };
    }
  }
  return null;
}

function subsets(axes: readonly string[]): string[][] {
  return Array.from({ length: 2 ** axes.length - 1 }, (_, i) => axes.filter((__, bit) => ((i + 1) >> bit) & 1));
}

/** The one number that all are, but for rounding. A number of few digits is what was meant. */
function commonFactor(factors: readonly number[]): number | null {
  const [first] = factors as readonly [number];
  if (!Number.isFinite(first) || first === 0) return null;
  const isCommon = (factor: number): boolean => factors.every((own) => Math.abs(own - factor) <= ROUNDING * Math.abs(factor));
  const short = Number(first.toPrecision(6));
  return isCommon(short) ? short : isCommon(first) ? Math.fround(first) : null;
}

/** The whole number a for which the values are N/(N − 1) with N = a · count. */
function correction(values: readonly number[], counts: readonly number[]): number | null {
  const [value, count] = [values[0]!, counts[0]!];
  if (!(value > 1)) return null;
  const factor = Math.round(value / (value - 1) / count);
  const fits = values.every((own, i) => own === Math.fround((factor * counts[i]!) / (factor * counts[i]! - 1)));
  return factor >= 1 && fits ? factor : null;
}
