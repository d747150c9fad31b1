import { negativeLogLikelihood } from '@mixwell/calibration';
import { mlp } from '@mixwell/models';
import { type ChartSpec, lineChart } from '@mixwell/plots';
import { createRng, type HostTensor } from '@mixwell/tensor';
import { adamW } from '@mixwell/train';
import type { Claim } from '../claim.ts';
import { networkTrainer } from '../network-trainer.ts';
import { compare, type Comparison, summary, type Summary } from '../over-seeds.ts';
import { derivedExcess } from './interpolator-toy.ts';
import { bayesLogits, draw, nearestLogits, type Parts, setting } from './overlap-data.ts';
import { scaledNll, type ScaledScores, scaledScores } from './scores.ts';
import { mixedCrossEntropy, type Results, scoreOf, scoreTable, type WayName, ways } from './ways.ts';

/** A batch is a sixth of an epoch, so that any number of classes has the same steps and epochs; Adam's rate goes with the square root of the batch size. */
const [batchesPerEpoch, epochs] = [6, 84];
const rateOf = (batchSize: number): number => 1e-3 * Math.sqrt(batchSize / 100);
const classCounts: readonly number[] = [10, 30, 100];
const [fewest, most] = [classCounts[0]!, classCounts.at(-1)!];

/** Runs of this part for each seed. */
export const overlapRuns: number = classCounts.length * Object.keys(ways).length;

/** What came of one number of classes. */
interface Outcome {
  readonly results: Results;
  /** [seeds]: of the true law on the test samples. */
  readonly bayes: readonly number[];
  /** [seeds]: nearest training sample with temperature, less the true law. */
  readonly nearest: readonly number[];
  readonly trainNll: Readonly<Record<string, readonly number[]>>;
}

async function run(classes: number, seeds: readonly number[], onRun: (what: string) => void): Promise<Outcome> {
  const model = mlp({ inputShape: [setting.dim], classes });
  const batchSize = (setting.train * classes) / batchesPerEpoch;
  const train = networkTrainer({ model, optimizer: adamW({ learningRate: rateOf(batchSize) }), batchSize, epochs, objective: mixedCrossEntropy(model) });
  const results: Record<string, ScaledScores[]> = {};
  const trainNll: Record<string, number[]> = {};
  const [bayes, nearest]: [number[], number[]] = [[], []];
  for (const seed of seeds) {
    const parts = draw(classes, seed);
    const labelled = (part: keyof Parts, logits: HostTensor<'float32' | 'float64'>) => ({ logits, labels: parts[part].labels });
    const law = negativeLogLikelihood({ logits: bayesLogits(parts.test, classes) }, parts.test.labels);
    bayes.push(law);
    const [held, test] = (['held', 'test'] as const).map((part) => labelled(part, nearestLogits(parts[part], parts.train, classes)));
    nearest.push(scaledNll(held!, test!) - law);
    for (const [way, policy] of Object.entries(ways)) {
      const logits = await train({ train: parts.train, policy, rng: createRng(seed).split('network'), tests: parts });
      (results[way] ??= []).push(scaledScores(labelled('held', logits.held), labelled('test', logits.test)));
      (trainNll[way] ??= []).push(negativeLogLikelihood({ logits: logits.train }, parts.train.labels));
      onRun(`${classes} classes, ${way}, seed ${seed}`);
    }
  }
  return { results, bayes, nearest, trainNll };
}

/** How much the excess over the true law grows from the fewest classes to the most. */
function growth(outcomes: ReadonlyMap<number, Outcome>, way: WayName, scaling: 'none' | 'temperature'): Comparison {
  return compare(excess(outcomes.get(most)!, way, scaling), excess(outcomes.get(fewest)!, way, scaling));
}

function excess({ results, bayes }: Outcome, way: string, scaling: 'none' | 'temperature'): readonly number[] {
  return scoreOf(results, way, scaling, 'nll').map((nll, i) => nll - bayes[i]!);
}

function chart(outcomes: ReadonlyMap<number, Outcome>): ChartSpec {
  const { overlap } = setting;
  const rows = [...outcomes].flatMap(([classes, outcome]) => [
    { classes, who: 'derived for an interpolator', excess: derivedExcess(overlap, classes) },
    { classes, who: 'nearest sample + temperature', excess: summary(outcome.nearest).mean },
    ...Object.keys(ways).map((way) => ({ classes, who: way, excess: summary(excess(outcome, way, 'none')).mean })),
    { classes, who: 'ERM + temperature', excess: summary(excess(outcome, 'ERM', 'temperature')).mean },
  ]);
  return lineChart({ rows, x: 'classes', y: 'excess', series: 'who', title: `Overlap of ${100 * overlap} %`, xTitle: 'classes', yTitle: 'NLL above the best possible' });
}

function claimsOf(outcomes: ReadonlyMap<number, Outcome>, seeds: readonly number[]): Claim[] {
  const { overlap } = setting;
  const each = <T>(of: (classes: number, outcome: Outcome) => readonly (readonly [string, T])[]): Readonly<Record<string, T>> =>
    Object.fromEntries([...outcomes].flatMap(([classes, outcome]) => of(classes, outcome).map(([name, value]) => [`${name}, ${classes} classes`, value] as const)));
  const nearest = each((_, outcome) => [['nearest sample + temperature', summary(outcome.nearest)]]);
  const derived = each((classes) => [['derived', derivedExcess(overlap, classes)]]);
  const derivedGrowth = derivedExcess(overlap, most) - derivedExcess(overlap, fewest);
  const erm = growth(outcomes, 'ERM', 'temperature');
  const mixed = { 'mixup': growth(outcomes, 'mixup', 'none'), 'd-Mixup, 3 points': growth(outcomes, 'd-Mixup, 3 points', 'none') };
  const versus = each((_, { results }) => (['nll', 'ece'] as const).map((key): [string, Comparison] =>
    [`${key}, mixup − ERM`, compare(scoreOf(results, 'mixup', 'none', key), scoreOf(results, 'ERM', 'none', key))]));
  const excesses = each((_, outcome) => Object.keys(ways).flatMap((way) => (['none', 'temperature'] as const).map((scaling): [string, Summary] =>
    [`${way}${scaling === 'none' ? '' : ' + temperature'}`, summary(excess(outcome, way, scaling))])));
  return [
    {
      claim: 'overlap: the nearest training sample, an interpolator, with the best temperature has the excess NLL that was derived, within 10 %, for any number of classes',
      holds: [...outcomes].every(([classes, outcome]) => Math.abs(summary(outcome.nearest).mean / derivedExcess(overlap, classes) - 1) <= 0.1),
      measured: { ...derived, ...nearest }, seeds,
    },
    {
      claim: `overlap: the excess NLL of a trained network with temperature scaling grows from ${fewest} to ${most} classes, with every seed`,
      holds: erm.perSeed.every((difference) => difference > 0), measured: { 'growth, ERM + temperature': erm, 'derived for an interpolator': derivedGrowth }, seeds,
    },
    {
      claim: 'overlap: that of d-Mixup without scaling does not: it grows by less than a quarter of what was derived',
      holds: Object.values(mixed).every(({ mean }) => mean < derivedGrowth / 4), measured: { ...mixed, 'a quarter of what was derived': derivedGrowth / 4 }, seeds,
    },
    {
      claim: 'overlap: without scaling mixup has lower NLL and lower ECE than ERM, for any number of classes', holds: Object.values(versus).every(({ mean }) => mean < 0), measured: versus, seeds,
    },
    { claim: 'overlap: NLL above that of the true law', holds: null, measured: excesses, seeds },
    ...[...outcomes].map(([classes, { results, trainNll, bayes }]) => scoreTable(`overlap, ${classes} classes: all ways, with and without temperature scaling`, results, seeds, {
      'NLL of the true law': summary(bayes), ...Object.fromEntries(Object.entries(trainNll).map(([way, values]) => [`NLL on training samples, ${way}`, summary(values)])),
    })),
  ];
}

/** Pairs of classes that overlap, of any number: what temperature scaling can mend, and what d-Mixup does not break. */
export async function overlapClaims(seeds: readonly number[], onRun: (what: string) => void): Promise<{ readonly claims: Claim[]; readonly chart: ChartSpec }> {
  const outcomes = new Map<number, Outcome>();
  for (const classes of classCounts) outcomes.set(classes, await run(classes, seeds, onRun));
  return { claims: claimsOf(outcomes, seeds), chart: chart(outcomes) };
}
