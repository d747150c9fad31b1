import { earlyStop, mixup, noMixing, type Policy, schedule } from '@mixwell/mix-core';
import { type ChartSpec, lineChart } from '@mixwell/plots';
import type { Claim } from '../claim.ts';
import { compare, type Summary, summary } from '../over-seeds.ts';
import { type PatchResult, patchTrainer } from './train-patches.ts';

/** Called R2 in our notes. */
const setting = { n: 300, patches: 5, dim: 400, rareFraction: 0.1, featureNoisePatches: 2, featureNoiseStrength: 0.05, sigma: 0.25, neurons: 10, learningRate: 2, steps: 1500 };
const { steps } = setting;
const throughout = mixup({ lambda: 0.6 });

const stops: readonly number[] = [0, 300, 600, 900, 1200, steps];
const half = 900;

/** Every way of training, by name: stop times, then ratios set apart, then what else there is. */
const ways: Readonly<Record<string, Policy>> = {
  ...Object.fromEntries(stops.map((stop) => [`stop ${stop}`, earlyStop(throughout, { stop })])),
  'input 0.6, label 0.8': mixup({ lambda: 0.6, labelLambda: 0.8 }),
  'input 0.6, label 0.5': mixup({ lambda: 0.6, labelLambda: 0.5 }),
  'input 0.8, label 0.8': mixup({ lambda: 0.8 }),
  'input 0.5, label 0.5': mixup({ lambda: 0.5 }),
  'input 0.6, label 1': mixup({ lambda: 0.6, labelLambda: 1 }),
  'Beta(1, 1)': mixup({ alpha: 1 }),
  'plain first, mixup from 600': schedule((step) => (step < 600 ? noMixing : throughout)),
};

/** Steps of this part for each seed. */
export const stopTimeSteps: number = Object.keys(ways).length * steps;

type Results = Readonly<Record<string, readonly PatchResult[]>>;

function chart(results: Results): ChartSpec {
  const rows = stops.flatMap((stop) => (['rareAccuracy', 'commonAccuracy'] as const).map((key) => ({
    stop,
    test: key === 'rareAccuracy' ? 'rare features' : 'common features',
    accuracy: summary(results[`stop ${stop}`]!.map((result) => result[key])).mean,
  })));
  return lineChart({
    rows, x: 'stop', y: 'accuracy', series: 'test', title: 'Mixup stopped early', xTitle: `steps of mixup, of ${steps}`, yTitle: 'test accuracy', yFormat: '.0%',
  });
}

function claimsOf(results: Results, seeds: readonly number[]): Claim[] {
  const values = (way: string, key: keyof PatchResult = 'rareAccuracy'): readonly number[] => results[way]!.map((result) => result[key]);
  const rare = (...names: readonly string[]): Record<string, Summary> => Object.fromEntries(names.map((way) => [way, summary(values(way))]));
  const never = `stop ${steps}`;
  const mixedLabels = ['input 0.6, label 0.8', 'input 0.6, label 0.5', 'input 0.8, label 0.8', 'input 0.5, label 0.5'];
  const decoupled = Object.fromEntries(mixedLabels.map((way) => [`${way} − label not mixed`, compare(values(way), values('input 0.6, label 1'))]));
  const unmixed = compare(values(never), values('input 0.6, label 1'));
  const early = compare(values(`stop ${half}`), values(never));
  const common = compare(values(`stop ${half}`, 'commonAccuracy'), values(never, 'commonAccuracy'));
  const curve = Object.fromEntries(stops.flatMap((stop) => (['rare', 'common'] as const).map((kind) => [`${kind}, stop ${stop}`, summary(values(`stop ${stop}`, `${kind}Accuracy`))])));
  return [
    {
      claim: 'ratios of inputs and labels may differ as long as labels are mixed at all: with every seed more accurate on rare test samples than without mixing labels',
      holds: Object.values(decoupled).every(({ perSeed }) => perSeed.every((difference) => difference > 0)),
      measured: { ...decoupled, ...rare(...mixedLabels) },
      seeds,
    },
    {
      claim: 'negative control: mixing inputs but not labels loses the effect: accuracy on rare test samples at least 0.2 below mixup',
      holds: unmixed.mean >= 0.2,
      measured: { 'mixup − label not mixed': unmixed, ...rare('stop 0', 'input 0.6, label 1', never) },
      seeds,
    },
    {
      claim: `stopping after ${half} of ${steps} steps is as good as never stopping (rare accuracy within 0.02 or above, common accuracy not below)`,
      holds: early.mean >= -0.02 && common.mean >= 0,
      measured: { 'rare, stopped − throughout': early, 'common, stopped − throughout': common },
      seeds,
    },
    { claim: 'the stop-time curve', holds: null, measured: curve, seeds },
    { claim: 'random ratios learn the rare features too; mixup after plain training is its mirror image', holds: null, measured: rare('Beta(1, 1)', 'plain first, mixup from 600'), seeds },
  ];
}

/** How long mixup has to go on, and what its labels have to be. */
export function stopTimeClaims(seeds: readonly number[], onSteps: (steps: number, what: string) => void): { readonly claims: Claim[]; readonly chart: ChartSpec } {
  const train = patchTrainer(setting);
  const results = Object.fromEntries(Object.entries(ways).map(([way, policy]) => [way, seeds.map((seed) => {
    const result = train(policy, seed);
    onSteps(steps, `patches, ${way}, seed ${seed}`);
    return result;
  })]));
  return { claims: claimsOf(results, seeds), chart: chart(results) };
}
