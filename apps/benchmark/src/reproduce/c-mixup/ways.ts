import { createPartnerSampler, type PartnerSampler, suggestBandwidth, worstGroup } from '@mixwell/mix-core';
import type { Claim } from '../claim.ts';
import { compare, type Comparison, summary } from '../over-seeds.ts';
import type { GroupedTask } from './tasks.ts';
import type { Outcome, RegressionTask, TrainRegressor } from './train-regressor.ts';

/** Partners for the training part, given its labels; null: no mixing. */
export type Way = (labels: Float32Array) => PartnerSampler | null;

export const plain: Way = () => null;
/** Partners drawn uniformly: all labels count as equal. */
export const uniformly: Way = (labels) => createPartnerSampler(new Float32Array(labels.length), { bandwidth: 1 });
export const byBandwidth = (bandwidth: number): Way => (labels) => createPartnerSampler(labels, { bandwidth });
/** The bandwidth at which this share of the training examples are partners. */
export const byShare = (share: number): Way => (labels) => createPartnerSampler(labels, { bandwidth: suggestBandwidth(labels, { effectivePartners: share * labels.length }) });

/** What came of one way with one seed. */
export interface Result extends Outcome {
  readonly task: RegressionTask | GroupedTask;
  readonly selfPairRate: number;
}

export type Results = Readonly<Record<string, readonly Result[]>>;

const labelsOf = ({ labels }: RegressionTask, part: Int32Array): Float32Array => Float32Array.from(part, (i) => labels[i]!);

/** Every way with every seed. */
export async function trainWays(train: TrainRegressor, makeTask: (seed: number) => RegressionTask, ways: Readonly<Record<string, Way>>, seeds: readonly number[], onRun: (what: string) => void): Promise<Results> {
  const results: Record<string, Result[]> = {};
  for (const seed of seeds) {
    const task = makeTask(seed);
    for (const [name, way] of Object.entries(ways)) {
      const sampler = way(labelsOf(task, task.train));
      const outcome = await train(task, sampler, seed);
      (results[name] ??= []).push({ ...outcome, task, selfPairRate: sampler?.selfPairRate() ?? 1 });
      onRun(`${name}, seed ${seed}`);
    }
  }
  return results;
}

/** One of several ways for each seed: the one with the lowest RMSE on the validation part, as the paper chooses its bandwidths. */
export function bestOnValidation(results: Results, names: readonly string[]): readonly Result[] {
  return results[names[0]!]!.map((_, seed) => names.map((name) => results[name]![seed]!).reduce((best, result) => (result.validationRmse < best.validationRmse ? result : best)));
}

/** The worst RMSE over the groups of the test part. */
const worst = ({ task, predictions }: Result): number => worstGroup(predictions, labelsOf(task, task.test), (task as GroupedTask).testGroups).value;

export const metrics = {
  rmse: (result: Result): number => result.test.rmse,
  mape: (result: Result): number => result.test.mape,
  worst,
} as const;

/** A table of one metric: each way over seeds, and the differences of C-Mixup from the others. Only reported. */
export function reported(claim: string, results: Results, metric: (result: Result) => number, seeds: readonly number[]): Claim {
  const values = Object.entries(results).map(([name, all]) => [name, all.map(metric)] as const);
  const own = values.filter(([name]) => name.startsWith('C-Mixup'));
  const others = values.filter(([name]) => !name.startsWith('C-Mixup'));
  const differences = own.flatMap(([name, a]) => others.map(([other, b]): [string, Comparison] => [`${name} − ${other}`, compare(a, b)]));
  return { claim, holds: null, measured: { ...Object.fromEntries(values.map(([name, all]) => [name, summary(all)])), ...Object.fromEntries(differences) }, seeds };
}
