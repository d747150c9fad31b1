// Yadav et al., "TIES-Merging: Resolving Interference When Merging Models", NeurIPS 2023, arXiv 2306.01708, with the rules of its authors' code: magnitudes are ranked over the whole
// model, ties are all kept, and a sum of 0 takes the sign that most columns have.
import { defineMethod, type MergeMethod, type Scan, type Statistics, type TensorInputs, type Values } from '../../method.ts';
import { oneOf, real, type ResolvedParameters, share } from '../../parameters/parameter-spec.ts';
import { type OrderStatistics, orderStatistics } from '../../statistics/order-statistics.ts';
import { runScans } from '../../statistics/run-scans.ts';
import { blockSize, eachRange, subtractBase } from './task-vector.ts';

const parameters = {
  scope: oneOf('merge', ['model', 'tensor'], 'model'),
  density: share('merge', 0.2),
  aggregate: oneOf('merge', ['mean', 'sum', 'max'], 'mean'),
  lambda: real('tensor', 1),
} as const;

type TiesParameters = ResolvedParameters<typeof parameters>;
type Settings = Pick<TiesParameters, 'scope' | 'density'>;

/** Task vectors in float32, block by block. */
function eachDeltas({ base, models }: TensorInputs, visit: (deltas: readonly Float32Array[], start: number) => void): void {
  const rooms = models.map(() => new Float32Array(blockSize));
  eachRange(models[0]!.length, blockSize, (start, length) => {
    visit(models.map((model, i) => {
      const delta = rooms[i]!.subarray(0, length);
      subtractBase(delta, model, base, start);
      return delta;
    }), start);
  });
}

/** Zeroes all below the threshold of each task and gives the sums over tasks. */
function trim(deltas: readonly Float32Array[], { values }: OrderStatistics, sums: Float64Array): void {
  sums.fill(0);
  deltas.forEach((delta, i) => {
    const [threshold] = values[i] as [number];
    for (let e = 0; e < delta.length; e++) {
      if (Math.abs(delta[e]!) >= threshold) sums[e] = sums[e]! + delta[e]!;
      else delta[e] = 0;
    }
  });
}

/** Σ sign(column sum) over all parameters. */
const signsScan: Scan<{ sum: number }> = {
  name: 'signs',
  start: () => ({ sum: 0 }),
  fold(partial, inputs, found) {
    const sums = new Float64Array(blockSize);
    eachDeltas(inputs, (deltas) => {
      trim(deltas, found['magnitude'] as OrderStatistics, sums);
      for (let e = 0; e < deltas[0]!.length; e++) partial.sum += Math.sign(sums[e]!);
    });
  },
  combine(into, from) { into.sum += from.sum; },
  finish: ({ sum }) => Math.sign(sum),
};

const tiesScans = ({ density }: Settings): readonly Scan[] => [
  ...orderStatistics({
    name: 'magnitude',
    ranks: (size) => [Math.max(0, size - Math.floor(size * density) - 1)],
    values: (inputs, _, visit) => eachDeltas(inputs, (deltas) => deltas.forEach((delta, i) => visit(i, delta.map(Math.abs)))),
  }),
  signsScan as Scan,
];

const aggregates: Readonly<Record<TiesParameters['aggregate'], (agreeing: readonly Float32Array[], sign: number, e: number) => number>> = {
  mean(deltas, sign, e) {
    let [sum, count] = [0, 0];
    for (const delta of deltas) if (delta[e]! * sign > 0) { sum += delta[e]!; count++; }
    return count === 0 ? 0 : sum / count;
  },
  sum(deltas, sign, e) {
    let sum = 0;
    for (const delta of deltas) if (delta[e]! * sign > 0) sum += delta[e]!;
    return sum;
  },
  max(deltas, sign, e) {
    let most = 0;
    for (const delta of deltas) if (delta[e]! * sign > most) most = delta[e]! * sign;
    return most * sign;
  },
};

function merge(inputs: TensorInputs, settings: TiesParameters, given: Statistics, out: Values): void {
  const statistics = settings.scope === 'model' ? given : runScans(tiesScans(settings), inputs.models.length, (visit) => visit(inputs));
  const majority = statistics['signs'] as number;
  const aggregate = aggregates[settings.aggregate];
  const sums = new Float64Array(blockSize);
  eachDeltas(inputs, (deltas, start) => {
    trim(deltas, statistics['magnitude'] as OrderStatistics, sums);
    for (let e = 0; e < deltas[0]!.length; e++) {
      const sign = (Math.sign(sums[e]!) || majority) > 0 ? 1 : -1;
      out[start + e] = (inputs.base?.[start + e] ?? 0) + settings.lambda * aggregate(deltas, sign, e);
    }
  });
}

/**
 * TIES as its authors' code does it: θ₀ + λ · mean (or sum, or the largest) of the entries that survive trimming and agree with the elected sign.
 * Entries with at least the (D − ⌊density · D⌋)-th smallest magnitude of the whole model survive, `scope: 'tensor'`: of the tensor.
 */
export const tiesAuthors: MergeMethod = defineMethod({
  name: 'ties_authors',
  base: 'required',
  models: [1, Infinity],
  parameters,
  elementwise: ({ scope }) => scope === 'model',
  scans: (settings) => (settings.scope === 'model' ? tiesScans(settings) : []),
  merge,
});

/** What TIES decides on task vectors, for analysis. */
export interface TiesElection {
  /** `[tasks][parameters]`, 1 where the entry survives trimming. */
  readonly masks: readonly Uint8Array[];
  /** `[parameters]`: 1, −1, or 0 where even the majority has none. */
  readonly signs: Float32Array;
}

/** The authors' trimming and election. @param taskVectors `[tasks][parameters]` */
export function electSigns(taskVectors: readonly Float32Array[], density: number): TiesElection {
  const inputs: TensorInputs = { name: 'task vectors', shape: [taskVectors[0]!.length], offset: 0, models: taskVectors };
  const found = runScans(tiesScans({ scope: 'model', density }), taskVectors.length, (visit) => visit(inputs));
  const magnitude = found['magnitude'] as OrderStatistics;
  const masks = taskVectors.map((row, i) => Uint8Array.from(row, (value) => (Math.abs(value) >= magnitude.values[i]![0]! ? 1 : 0)));
  const sums = new Float64Array(blockSize);
  const signs = new Float32Array(taskVectors[0]!.length);
  eachDeltas(inputs, (deltas, start) => {
    trim(deltas, magnitude, sums);
    for (let e = 0; e < deltas[0]!.length; e++) signs[start + e] = Math.sign(sums[e]!) || (found['signs'] as number);
  });
  return { masks, signs };
}
