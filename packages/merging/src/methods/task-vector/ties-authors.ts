// Yadav et al., "TIES-Merging: Resolving Interference When Merging Models", NeurIPS 2023, arXiv 2306.01708, with the rules of its authors' code: magnitudes are ranked over the whole
// model, ties are all kept, and a sum of 0 takes the sign that most columns have.
import { addAgreeing, addScaled, finish, keepAbove, largestAgreeing } from '../../kernel/vectors.ts';
import { defineMethod, type MergeMethod, type Scan, type Statistics, type TensorInputs, type Values } from '../../method.ts';
import { oneOf, real, type ResolvedParameters, share } from '../../parameters/parameter-spec.ts';
import { type OrderStatistics, orderStatistics } from '../../statistics/order-statistics.ts';
import { runScans } from '../../statistics/run-scans.ts';
import { type DeltaBlock, eachDeltaBlock } from './task-vector.ts';

const parameters = {
  scope: oneOf('merge', ['model', 'tensor'], 'model'),
  density: share('merge', 0.2),
  aggregate: oneOf('merge', ['mean', 'sum', 'max'], 'mean'),
  lambda: real('tensor', 1),
} as const;

type TiesParameters = ResolvedParameters<typeof parameters>;
type Settings = Pick<TiesParameters, 'scope' | 'density'>;

const single = new Float32Array(0);

/** Trimmed task vectors in float32 with their sums over tasks, which lie first in `doubles`. */
function eachTrimmedBlock(inputs: TensorInputs, { values }: OrderStatistics, visit: (block: DeltaBlock) => void, extra = 0, doubles = 1): void {
  eachDeltaBlock(inputs, single, (block) => {
    const [sums] = block.doubles;
    sums!.fill(0);
    block.deltas.forEach((delta, i) => {
      keepAbove(delta, values[i]![0]!, true);
      addScaled(delta, 1, sums!);
    });
    visit(block);
  }, { extra, doubles });
}

/** Σ sign(column sum) over all parameters. */
const signsScan: Scan<{ sum: number }> = {
  name: 'signs',
  start: () => ({ sum: 0 }),
  fold: (partial, inputs, found) => eachTrimmedBlock(inputs, found['magnitude'] as OrderStatistics, ({ doubles: [sums] }) => {
    let sum = 0;
    for (let e = 0; e < sums!.length; e++) sum += sums![e]! > 0 ? 1 : sums![e]! < 0 ? -1 : 0;
    partial.sum += sum;
  }),
  combine(into, from) { into.sum += from.sum; },
  finish: ({ sum }) => Math.sign(sum),
};

const tiesScans = ({ density }: Settings): readonly Scan[] => [
  ...orderStatistics({
    name: 'magnitude',
    magnitudes: true,
    ranks: (size) => [Math.max(0, size - Math.floor(size * density) - 1)],
    values: (inputs, _, visit) => eachDeltaBlock(inputs, single, ({ deltas }) => deltas.forEach((delta, i) => visit(i, delta as Float32Array))),
  }),
  signsScan as Scan,
];

/** Gives columns without a sign that of the majority; where it has none they count as negative. */
function settle(sums: Float64Array, majority: number): void {
  const sign = majority > 0 ? 1 : -1;
  for (let e = 0; e < sums.length; e++) if (sums[e] === 0) sums[e] = sign;
}

function merge(inputs: TensorInputs, settings: TiesParameters, given: Statistics, out: Values): void {
  const { scope, aggregate, lambda } = settings;
  const statistics = scope === 'model' ? given : runScans(tiesScans(settings), inputs.models.length, (visit) => visit(inputs));
  eachTrimmedBlock(inputs, statistics['magnitude'] as OrderStatistics, ({ start, base, deltas, extra: [result], doubles: [elected, mixed, divisor] }) => {
    settle(elected!, statistics['signs'] as number);
    mixed!.fill(0);
    divisor!.fill(0);
    for (const delta of deltas) {
      if (aggregate === 'max') largestAgreeing(delta, elected!, mixed!);
      else addAgreeing(delta, 1, elected!, mixed!, divisor!);
    }
    if (aggregate !== 'mean') divisor!.fill(1);
    finish(base, mixed!, divisor!, lambda, result!);
    out.set(result!, start);
  }, 1, 3);
}

/**
 * TIES as its authors' code does it: θ₀ + λ · mean (or sum, or the largest) of the entries that survive trimming and agree with the elected sign.
 * Entries with at least the (D − ⌊density · D⌋)-th smallest magnitude of the whole model survive, `scope: 'tensor'`: of the tensor. Computed in float32.
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
  const signs = new Float32Array(taskVectors[0]!.length);
  eachTrimmedBlock(inputs, magnitude, ({ start, doubles: [sums] }) => sums!.forEach((sum, e) => { signs[start + e] = Math.sign(sum) || (found['signs'] as number); }));
  return { masks, signs };
}
