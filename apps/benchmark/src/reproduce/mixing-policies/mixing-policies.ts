import { noMixing } from '@mixwell/mix-core';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Claim, Reproduction } from '../claim.ts';
import { classifierTrainer, type Outcome, trainWays, type Way } from '../images/classifier-trainer.ts';
import { loadImageTask } from '../images/image-task.ts';
import { convNetRecipe } from '../images/recipe.ts';
import { compare, type Comparison, type Summary, summary } from '../over-seeds.ts';
import { noisyDigitClaims, noisyDigitEpochs } from './noisy-digits.ts';
import { comparedWays, featureWays, saliencyWays, staticWays } from './policies.ts';

/** Plain training learns these images by heart: its clean loss goes below 0.1. A budget at which it does not says little of mixing. Batches are even: EnMix takes them for two views. */
export const budget = { images: 2000, epochs: 20, lastEpochs: 5, batchSize: 20, rate: 0.04, norm: 'none', pooling: 'max' } as const;
/** How far below another an accuracy may be, with so few images and seeds. */
const POINTS = 0.015;
/** How many epochs of noisy digits take as long as one of images. */
const EPOCH = 60;

type Outcomes = Readonly<Record<string, readonly Outcome[]>>;
type Metric = keyof Outcome;

const values = (outcomes: Outcomes, way: string, metric: Metric): readonly number[] => outcomes[way]!.map((outcome) => outcome[metric]);
const mean = (outcomes: Outcomes, way: string, metric: Metric): number => summary(values(outcomes, way, metric)).mean;
const versus = (outcomes: Outcomes, ways: readonly string[], base: string, metric: Metric): Record<string, Comparison> =>
  Object.fromEntries(ways.map((way) => [`${way} − ${base}`, compare(values(outcomes, way, metric), values(outcomes, base, metric))]));

/** Relations that have to hold of right implementations: swapped labels, areas that are not cut off, wrong permutations break them. */
function relations(outcomes: Outcomes, seeds: readonly number[]): Claim[] {
  const mixing = Object.keys(outcomes).filter((way) => way !== 'none');
  const [best = '', ...others] = Object.keys(staticWays).toSorted((a, b) => mean(outcomes, b, 'accuracy') - mean(outcomes, a, 'accuracy'));
  const [clean, nll, accuracy] = [versus(outcomes, mixing, 'none', 'cleanLoss'), versus(outcomes, ['mixup'], 'none', 'nll'), versus(outcomes, comparedWays, 'none', 'accuracy')];
  const near = versus(outcomes, others, best, 'accuracy');
  const harder = Object.fromEntries(mixing.map((way) => [way, compare(values(outcomes, way, 'mixedLoss'), values(outcomes, way, 'cleanLoss'))]));
  const all = (comparisons: Readonly<Record<string, Comparison>>, rule: (mean: number) => boolean): boolean => Object.values(comparisons).every((comparison) => rule(comparison.mean));
  return [
    { claim: 'the loss on clean training images is lowest without mixing', holds: all(clean, (difference) => difference > 0), measured: clean, seeds },
    { claim: 'mixup has a lower test NLL than no mixing', holds: all(nll, (difference) => difference < 0), measured: nll, seeds },
    { claim: 'no policy that OpenMixup compares is less accurate than no mixing by more than 1.5 points', holds: all(accuracy, (difference) => difference >= -POINTS), measured: accuracy, seeds },
    { claim: `how far static policies are from the best of them (${best})`, holds: null, measured: near, seeds },
    { claim: 'mixed images are harder than clean ones: the loss on them is larger', holds: all(harder, (difference) => difference > 0), measured: harder, seeds },
  ];
}

/** What is measured of every policy, and how it differs from no mixing. */
function tables(outcomes: Outcomes, seeds: readonly number[], recipe: string): Claim[] {
  const ways = Object.keys(outcomes);
  const table = (metric: Metric): Record<string, Summary> => Object.fromEntries(ways.map((way) => [way, summary(values(outcomes, way, metric))]));
  const mixing = ways.filter((way) => way !== 'none');
  return [
    { claim: 'test accuracy at equal budget', holds: null, measured: { recipe, ...table('accuracy'), ...versus(outcomes, mixing, 'none', 'accuracy') }, seeds },
    { claim: 'test NLL', holds: null, measured: { ...table('nll'), ...versus(outcomes, mixing, 'none', 'nll') }, seeds },
    { claim: 'test ECE (15 bins)', holds: null, measured: table('ece'), seeds },
    { claim: 'confidence − accuracy: below 0 a network is not sure enough', holds: null, measured: table('signedGap'), seeds },
    { claim: 'milliseconds of a training step, drawing included', holds: null, measured: table('msPerStep'), seeds },
  ];
}

/** Every static and saliency-guided policy at equal budget: what the studies that compare them claim of all. */
export const mixingPolicies: Reproduction = async ({ seeds, dataDir, onProgress }) => {
  await tf.setBackend(BACKEND_NAME);
  const task = loadImageTask(dataDir);
  const recipe = convNetRecipe(task, budget);
  const ways: Readonly<Record<string, Way>> = { none: { policy: noMixing }, ...staticWays, ...saliencyWays(recipe.model), ...featureWays };
  const total = seeds.length * (noisyDigitEpochs + EPOCH * budget.epochs * Object.keys(ways).length);
  let done = 0;
  const onEpochs = (epochs: number, what: string): void => {
    done += epochs;
    onProgress(done / total, what);
  };
  const noisy = await noisyDigitClaims(seeds, (what) => onEpochs(1, what));
  const outcomes = await trainWays(classifierTrainer(task, recipe), ways, seeds, (way, seed) => onEpochs(EPOCH, `${task.name}, ${way}, seed ${seed}`));
  const claims = [...relations(outcomes, seeds), ...tables(outcomes, seeds, recipe.description)];
  return [...noisy, ...claims.map((claim) => ({ ...claim, claim: `${task.name}: ${claim.claim}` }))];
};
