import type { Tolerance } from './golden-file.ts';
import type { Leaf } from './leaves.ts';

/** NaN equals NaN, an infinity only itself, everything else |got − wanted| ≤ atol + rtol·|wanted|. */
function near(got: number, wanted: number, { rtol, atol }: Tolerance): boolean {
  if (Object.is(got, wanted) || got === wanted) return true;
  return Number.isFinite(wanted) && Math.abs(got - wanted) <= atol + rtol * Math.abs(wanted);
}

/** `[1, 2]` in a tensor, `[5]` in a plain list. */
function place(flat: number, shape: readonly number[] | undefined): string {
  const index: number[] = [];
  let rest = flat;
  for (const size of [...(shape ?? [])].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${(shape ? index : [flat]).join(', ')}]`;
}

/** What is wrong with an output, naming index, got and wanted of the worst element; undefined when it agrees. */
export function mismatch(got: Leaf, wanted: Leaf, tolerance: Tolerance): string | undefined {
  if (got.shape && wanted.shape && got.shape.join() !== wanted.shape.join()) return `shape: got [${got.shape.join(', ')}], wanted [${wanted.shape.join(', ')}]`;
  const size = wanted.values.length;
  if (got.values.length !== size) return `got ${got.values.length} values, wanted ${size}`;
  const wrong = Array.from({ length: size }, (_, i) => i).filter((i) => !near(got.values[i]!, wanted.values[i]!, tolerance));
  if (wrong.length === 0) return undefined;
  const excess = (i: number): number => {
    const distance = Math.abs(got.values[i]! - wanted.values[i]!) - tolerance.rtol * Math.abs(wanted.values[i]!);
    return Number.isNaN(distance) ? Infinity : distance;
  };
  const worst = wrong.reduce((a, b) => (excess(b) > excess(a) ? b : a));
  const [a, b] = [got.values[worst]!, wanted.values[worst]!];
  return `${place(worst, wanted.shape)}: got ${a}, wanted ${b} (difference ${Math.abs(a - b).toPrecision(3)}, allowed ${tolerance.atol} + ${tolerance.rtol}·|wanted|); `
    + `${wrong.length} of ${size} values differ, this one most`;
}
