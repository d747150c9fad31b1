/** How a whole number depends on the sizes of symbolic axes: a sum of products, such as 49·batch + 1. */
export interface SizeForm {
  /** What is added, whatever the sizes. */
  readonly constant: number;
  /** Factor and the axes that it multiplies. */
  readonly terms: readonly { readonly factor: number; readonly axes: readonly string[] }[];
}

/** The sizes of every axis in each trace: all combinations of two sizes per axis (axis i has its second one where bit i of the index is set), then a third size of each. */
export type TraceSizes = readonly Readonly<Record<string, number>>[];

/**
 * The form that takes these values in the traces, or null where there is none with whole factors. It is found from the combinations of two
 * sizes and must hold at the third.
 */
export function fitSizes(values: readonly number[], sizes: TraceSizes): SizeForm | null {
  const axes = Object.keys(sizes[0]!);
  const factors = values.slice(0, 2 ** axes.length);
  axes.forEach((axis, i) => {
    const bit = 1 << i;
    const low = sizes[0]![axis]!;
    const step = sizes[bit]![axis]! - low;
    for (let corner = 0; corner < factors.length; corner++) {
      if ((corner & bit) !== 0) continue;
      const slope = (factors[corner | bit]! - factors[corner]!) / step;
      factors[corner | bit] = slope;
      factors[corner] = factors[corner]! - slope * low;
    }
  });
  if (!factors.every(Number.isInteger)) return null;
  const terms = factors.map((factor, subset) => ({ factor, axes: axes.filter((_, i) => (subset >> i) & 1) })).filter(({ factor }, subset) => factor !== 0 && subset !== 0);
  const form = { constant: factors[0]!, terms };
  return evaluateSize(form, sizes.at(-1)!) === values.at(-1) ? form : null;
}

/** The number at given sizes. */
export function evaluateSize(form: SizeForm, sizes: Readonly<Record<string, number>>): number {
  return form.terms.reduce((sum, { factor, axes }) => sum + axes.reduce((product, axis) => product * sizes[axis]!, factor), form.constant);
}

/** The form in words: `batch`, `2*batch + 1`. The name of an axis is the axis itself. */
export function printSize({ constant, terms }: SizeForm): string {
  const parts = terms.map(({ factor, axes }) => (factor === 1 ? axes : [factor, ...axes]).join('*'));
  return [...parts, ...(constant === 0 && parts.length > 0 ? [] : [constant])].join(' + ').replaceAll('+ -', '- ');
}
