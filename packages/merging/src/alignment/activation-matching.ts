import type { HostTensor, StateDict } from '@mixwell/tensor';
import { assign } from './assign.ts';

/** Columns with mean 0 and norm 1; a constant one is 0. `[units][samples]` */
function standardised({ shape, data }: HostTensor): Float64Array[] {
  const [samples, units] = shape as [number, number];
  return Array.from({ length: units }, (_, u) => {
    const column = Float64Array.from({ length: samples }, (__, s) => Number(data[s * units + u]));
    const mean = column.reduce((a, b) => a + b, 0) / samples;
    const norm = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0));
    return column.map((x) => (norm > 1e-12 ? (x - mean) / norm : 0));
  });
}

/**
 * For every set of units the permutation of those of b that correlates most with those of a, on the same inputs. Ainsworth et al. 2023, section 3.1, with correlations as in Li et
 * al., "Convergent Learning", 2015, arXiv 1511.07543.
 *
 * @param a `[samples, units]` by the names of units in a permutation spec; maps with positions as samples
 * @returns for `permuteUnits`
 * @throws {RangeError} where shapes differ
 */
export function activationMatching(a: StateDict<HostTensor>, b: StateDict<HostTensor>): Readonly<Record<string, Int32Array>> {
  return Object.fromEntries(Object.entries(a).map(([name, one]) => {
    const other = b[name];
    if (one.shape.length !== 2 || one.shape.join() !== other?.shape.join()) {
      throw new RangeError(`activationMatching: ${name} must be [samples, units] and of one shape in a and b, got [${one.shape.join(', ')}] and ${other ? `[${other.shape.join(', ')}]` : 'none'}`);
    }
    const [x, y] = [standardised(one), standardised(other)];
    const correlation = x.flatMap((row) => y.map((column) => row.reduce((sum, value, s) => sum + value * column[s]!, 0)));
    return [name, assign(Float64Array.from(correlation), x.length)];
  }));
}
