import { compareLayers, layerwise } from '@mixwell/neural-collapse';
import type { Claim } from '../claim.ts';
import { compare, type Summary, summary } from '../over-seeds.ts';
import { type Experiment, type WayName, ways } from './experiments.ts';
import { type RunStatistics, runStatistics } from './run-statistics.ts';
import type { CollapseRun, EpochMetrics } from './train-collapse.ts';

/** Runs by way, one for each seed. */
export type Runs = Readonly<Partial<Record<WayName, readonly CollapseRun[]>>>;

type Statistics = Readonly<Partial<Record<WayName, readonly RunStatistics[]>>>;

/** How far the amplification of mean squared error may be from 1. */
const STRAIGHT = 0.1;
/** Where cross entropy was used with mixup of inputs. */
const mixedWays = (statistics: Statistics): readonly WayName[] => (['mixup', 'mixup, ETF'] as const).filter((way) => statistics[way]);

const of = (statistics: Statistics, way: WayName, key: keyof RunStatistics): readonly number[] => statistics[way]!.map((run) => run[key]);
const over = (statistics: Statistics, key: keyof RunStatistics, names: readonly WayName[] = Object.keys(statistics) as WayName[], prefix = ''): Record<string, Summary> =>
  Object.fromEntries(names.map((way) => [`${prefix}${way}`, summary(of(statistics, way, key))]));
const isBelow = (a: readonly number[], b: readonly number[]): boolean => a.every((value, seed) => value < b[seed]!);

/** NC1 to NC4 after the first and the last epoch. */
function collapseClaim(name: string, runs: Runs, seeds: readonly number[]): Claim {
  const nc: Readonly<Record<string, (metrics: EpochMetrics) => number>> = {
    'NC1': ({ collapse }) => collapse.nc1.pinv,
    'NC2, means': ({ collapse }) => collapse.nc2.means.etfError,
    'NC3': ({ collapse }) => collapse.nc3!.selfDuality,
    '1 − NC4': ({ collapse }) => 1 - collapse.nc4!,
  };
  const trained: readonly WayName[] = ['plain', 'mixup'];
  const at = (way: WayName, metric: string, place: number): number[] => runs[way]!.map(({ epochs }) => nc[metric]!(epochs.at(place)!));
  return {
    claim: `${name}: all four properties of neural collapse of unmixed training images come nearer from the first epoch to the last, with mixup and without`,
    holds: trained.every((way) => Object.keys(nc).every((metric) => isBelow(at(way, metric, -1), at(way, metric, 0)))),
    measured: Object.fromEntries(trained.flatMap((way) => Object.keys(nc).flatMap((metric) => [0, -1].map((place) => [`${way}, ${metric}, ${place === 0 ? 'first' : 'last'}`, summary(at(way, metric, place))])))),
    seeds,
  };
}

function geometryClaims(name: string, statistics: Statistics, seeds: readonly number[]): Claim[] {
  const mixed = mixedWays(statistics);
  const everywhere = (key: keyof RunStatistics, holds: (value: number) => boolean): boolean => mixed.every((way) => of(statistics, way, key).every(holds));
  return [
    {
      claim: `${name}: same-class mixed features lie on the classifier's directions: median cosine ≥ 0.9 with every seed`,
      holds: everywhere('alignment', (value) => value >= 0.9), measured: over(statistics, 'alignment', mixed), seeds,
    },
    {
      claim: `${name}: mixup with cross entropy amplifies: median over pairs > 1 with every seed`,
      holds: everywhere('amplification', (value) => value > 1), measured: over(statistics, 'amplification'), seeds,
    },
  ];
}

/** Mean squared error against cross entropy, both with the classifier fixed. */
function squaredErrorClaims(name: string, statistics: Statistics, seeds: readonly number[]): Claim[] {
  const straight: WayName = 'mixup, squared error';
  if (!statistics[straight]) return [];
  return [
    {
      claim: `${name}: mixup with mean squared error does not amplify: median within ${STRAIGHT} of 1 with every seed`,
      holds: of(statistics, straight, 'amplification').every((value) => Math.abs(value - 1) <= STRAIGHT), measured: over(statistics, 'amplification', [straight]), seeds,
    },
    {
      claim: `${name}: features of λ = 1/2 are farther from the midpoint of their classes' means with cross entropy than with mean squared error, with every seed`,
      holds: isBelow(of(statistics, straight, 'linearityError'), of(statistics, 'mixup, ETF', 'linearityError')), measured: over(statistics, 'linearityError'), seeds,
    },
  ];
}

function fixedHeadClaims(name: string, statistics: Statistics, seeds: readonly number[]): Claim[] {
  if (!statistics['mixup, ETF']) return [];
  const mixed = mixedWays(statistics);
  const isNearer = (key: keyof RunStatistics): boolean => isBelow(of(statistics, 'mixup, ETF', key), of(statistics, 'mixup', key));
  return [{
    claim: `${name}: with the classifier fixed as an ETF features are nearer to the derived optimum than with a trained one, same-class and different-class, with every seed`,
    holds: isNearer('distanceSame') && isNearer('distanceDifferent'),
    measured: { ...over(statistics, 'distanceSame', mixed, 'same class, '), ...over(statistics, 'distanceDifferent', mixed, 'different classes, ') },
    seeds,
  }];
}

function calibrationClaims(name: string, statistics: Statistics, seeds: readonly number[]): Claim[] {
  const trained: readonly WayName[] = ['plain', ...mixedWays(statistics)];
  const [ece, sure] = (['ece', 'sureMistakes'] as const).map((key) => compare(of(statistics, 'mixup', key), of(statistics, 'plain', key)));
  return [
    { claim: `${name}: test ECE, nothing rescaled, is lower with mixup than without`, holds: ece!.mean < 0, measured: { 'mixup − plain': ece!, ...over(statistics, 'ece', trained) }, seeds },
    { claim: `${name}: fewer of the wrong answers have a confidence above 0.9 with mixup`, holds: sure!.mean < 0, measured: { 'mixup − plain': sure!, ...over(statistics, 'sureMistakes', trained) }, seeds },
    { claim: `${name}: share of wrong test answers inside the channel of their two classes`, holds: null, measured: over(statistics, 'mistakesInChannel', trained), seeds },
    { claim: `${name}: accuracy on test images`, holds: null, measured: over(statistics, 'testAccuracy'), seeds },
  ];
}

/** Mean difference of all statistics at all layers before the features, of two networks with the same first weights. */
function layerDistance(a: CollapseRun, b: CollapseRun): number {
  const [first, second] = [a, b].map(({ mixed: features }) => layerwise(features).filter(({ layer, lambda }) => layer !== 'head' && lambda < 1)) as [ReturnType<typeof layerwise>, ReturnType<typeof layerwise>];
  const differences = Object.values(compareLayers(first, second)).flatMap((statistics) => Object.values(statistics));
  return differences.reduce((sum, value) => sum + value, 0) / differences.length;
}

function layerClaim(name: string, runs: Runs, seeds: readonly number[]): Claim[] {
  const { plain, mixup, 'manifold mixup': manifold } = runs;
  if (!plain || !mixup || !manifold) return [];
  const [own, others] = [mixup, plain].map((group) => group.map((run, seed) => layerDistance(run, manifold[seed]!))) as [number[], number[]];
  return [{
    claim: `${name}: layers before the features see mixed inputs as those of manifold mixup do: statistics differ less from them with mixup than without`,
    holds: compare(own, others).mean < 0, measured: { 'mixup': summary(own), 'plain': summary(others), 'mixup − plain': compare(own, others) }, seeds,
  }];
}

/** What is claimed of one architecture on one data set. */
export function imageClaims({ name, budget }: Experiment, runs: Runs, seeds: readonly number[]): Claim[] {
  const entries = Object.entries(runs) as [WayName, readonly CollapseRun[]][];
  const statistics: Statistics = Object.fromEntries(entries.map(([way, all]) => [way, all.map((run) => runStatistics(run, ways[way], budget.mu))]));
  const { images, epochs, batchSize, learningRate, weightDecay, mu } = budget;
  const recipe = `${images} images, ${epochs} epochs of batches of ${batchSize}, SGD with rate ${learningRate} along half a cosine, momentum 0.9, weight decay ${weightDecay}, μ = ${mu}`;
  return [
    {
      claim: `${name}: no error on unmixed training images after the last epoch, with every way of training and every seed`,
      holds: Object.values(statistics).every((all) => all.every(({ trainError }) => trainError === 0)), measured: { recipe, ...over(statistics, 'trainError') }, seeds,
    },
    collapseClaim(name, runs, seeds),
    ...geometryClaims(name, statistics, seeds),
    ...squaredErrorClaims(name, statistics, seeds),
    ...fixedHeadClaims(name, statistics, seeds),
    ...layerClaim(name, runs, seeds),
    ...calibrationClaims(name, statistics, seeds),
  ];
}
