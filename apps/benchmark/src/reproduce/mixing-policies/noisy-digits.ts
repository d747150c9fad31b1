import { gridmix, mixup, cutmix, noMixing, smoothmix } from '@mixwell/mix-core';
import type { IdxDataset } from '@mixwell/data';
import { mlp } from '@mixwell/models';
import { adamW } from '@mixwell/train';
import type { Claim } from '../claim.ts';
import { classifierTrainer, type Outcome, trainWays } from '../images/classifier-trainer.ts';
import { halved } from '../images/halved.ts';
import { type ImageTask, loadMnist, sampleImages } from '../images/image-task.ts';
import type { Recipe } from '../images/recipe.ts';
import { compare, summary } from '../over-seeds.ts';

const ways = { 'none': { policy: noMixing }, 'mixup': { policy: mixup() }, 'CutMix': { policy: cutmix() }, 'SmoothMix': { policy: smoothmix() }, 'GridMix': { policy: gridmix() } };
const [epochs, relabel] = [60, 0.2];

/** Epochs of this part for each seed. */
export const noisyDigitEpochs: number = Object.keys(ways).length * epochs;

/** Few digits, a fifth of them with labels drawn at random: what a network learns by heart is wrong. */
function recipeOf({ train }: ImageTask): Recipe {
  return {
    model: mlp({ inputShape: [7, 7, 1], classes: 10, hidden: [192, 128] }),
    optimizer: adamW({ learningRate: 2e-3, weightDecay: 0 }),
    sample: (rng) => sampleImages(rng, train, 300, relabel),
    batchSize: 50, epochs, lastEpochs: 1,
    description: `300 MNIST digits of 7 × 7 pixels, ${100 * relabel} % of the labels drawn anew, MLP 49-192-128-10, ${epochs} epochs of batches of 50, Adam`,
  };
}

/** What mixing does against wrong labels. The margins are those that the study of policies fixed on a smaller set of digits. */
export async function noisyDigitClaims(seeds: readonly number[], onEpoch: (what: string) => void): Promise<Claim[]> {
  const mnist = loadMnist();
  const small = (part: IdxDataset): IdxDataset => ({ ...part, images: halved(halved(part.images)) }); // nearly the 8 × 8 of the study
  const task = { ...mnist, train: small(mnist.train), test: small(mnist.test) };
  const recipe = recipeOf(task);
  const outcomes = await trainWays(classifierTrainer(task, recipe), ways, seeds, (way, seed) => onEpoch(`noisy digits, ${way}, seed ${seed}`));
  const values = (way: keyof typeof ways, key: keyof Outcome): readonly number[] => outcomes[way].map((outcome) => outcome[key]);
  const versusNone = (way: keyof typeof ways, key: keyof Outcome) => compare(values(way, key), values('none', key));
  const [accuracy, mixupNll, smoothNll] = [versusNone('mixup', 'accuracy'), versusNone('mixup', 'nll'), versusNone('SmoothMix', 'nll')];
  const table = (key: keyof Outcome) => Object.fromEntries(Object.keys(ways).map((way) => [`${key}, ${way}`, summary(values(way as keyof typeof ways, key))]));
  return [
    { claim: 'noisy digits: mixup is more accurate than no mixing by at least 0.02', holds: accuracy.mean >= 0.02, measured: { 'mixup − none': accuracy }, seeds },
    { claim: 'noisy digits: mixup has a lower test NLL than no mixing', holds: mixupNll.mean < 0, measured: { 'mixup − none': mixupNll }, seeds },
    { claim: 'noisy digits: SmoothMix has a lower test NLL than no mixing (swapped labels would raise it)', holds: smoothNll.mean < 0, measured: { 'SmoothMix − none': smoothNll }, seeds },
    { claim: 'noisy digits: everything else', holds: null, measured: { recipe: recipe.description, ...table('accuracy'), ...table('nll'), ...table('ece'), ...table('signedGap') }, seeds },
  ];
}
