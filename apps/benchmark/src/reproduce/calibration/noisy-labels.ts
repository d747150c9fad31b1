import { type Dataset, normalize, pairLabelNoise, split } from '@mixwell/data';
import { convNetD } from '@mixwell/models';
import { createRng, type HostTensor, type Rng } from '@mixwell/tensor';
import { cosine, sgd } from '@mixwell/train';
import type { Claim } from '../claim.ts';
import { type ImageTask, sampleImages } from '../images/image-task.ts';
import { networkTrainer } from '../network-trainer.ts';
import { compare, type Comparison } from '../over-seeds.ts';
import { type ScaledScores, scaledScores } from './scores.ts';
import { mixedCrossEntropy, type Results, scoreOf, scoreTable, ways } from './ways.ts';

const setting = { train: 1000, held: 500, test: 2000, batch: 100, epochs: 40, width: 16, rate: 0.1 };
const rates: readonly number[] = [0.25, 0.5];
const compared = { 'ERM': ways['ERM'], 'mixup': ways['mixup'] };

/** Runs of this part for each seed. */
export const noisyLabelRuns: number = rates.length * Object.keys(compared).length;

const parts = ['train', 'held', 'test', 'clean'] as const;
type Parts = Readonly<Record<(typeof parts)[number], Dataset>>;

/** Training, held-out and test images, whose labels are noisy in the same way; and test images with clean labels. */
function draw({ train, test, normalization }: ImageTask, rate: number, rng: Rng): Parts {
  const part = (from: ImageTask['train'], n: number, name: string) => sampleImages(rng.split(name), from, n);
  const [seen, unseen] = [part(train, setting.train + setting.held, 'seen'), part(test, setting.test, 'unseen')];
  const noisy = pairLabelNoise(seen.labels, { classes: train.classes, rate, rng: rng.split('noise') });
  const alike = pairLabelNoise(unseen.labels, { classes: train.classes, rate, map: noisy.map, rng: rng.split('test noise') });
  const [seenImages, unseenImages] = [normalize(seen.images, normalization), normalize(unseen.images, normalization)];
  const [first, rest] = split(rng.split('split'), setting.train + setting.held, [setting.train, setting.held]);
  return {
    train: chosen(seenImages, noisy.labels, first), held: chosen(seenImages, noisy.labels, rest),
    test: { images: unseenImages, labels: alike.labels }, clean: { images: unseenImages, labels: unseen.labels },
  };
}

function chosen({ shape, data }: HostTensor<'float32'>, labels: HostTensor<'int32'>, indices: Int32Array): Dataset {
  const size = data.length / shape[0]!;
  const images = new Float32Array(indices.length * size);
  indices.forEach((index, i) => images.set(data.subarray(index * size, (index + 1) * size), i * size));
  return {
    images: { dtype: 'float32', shape: [indices.length, ...shape.slice(1)], data: images },
    labels: { dtype: 'int32', shape: [indices.length], data: indices.map((index) => labels.data[index]!) },
  };
}

function lower(name: string, results: Results, seeds: readonly number[]): Claim {
  const measured = Object.fromEntries((['nll', 'ece'] as const).map((key): [string, Comparison] =>
    [`${key}, mixup − ERM`, compare(scoreOf(results, 'mixup', 'none', key), scoreOf(results, 'ERM', 'none', key))]));
  return { claim: `${name}, tested on noisy labels: without scaling mixup has lower NLL and lower ECE than ERM`, holds: Object.values(measured).every(({ mean }) => mean < 0), measured, seeds };
}

/** Images whose training labels are wrong, always in the same way: overlap made by hand. */
export async function noisyLabelClaims(task: ImageTask, seeds: readonly number[], onRun: (what: string) => void): Promise<Claim[]> {
  const [, height, columns, channels] = task.train.images.shape as [number, number, number, number];
  const model = convNetD({ inputShape: [height, columns, channels], classes: task.train.classes, width: setting.width, depth: 2, norm: 'batch', firstPadding: 1 });
  const optimizer = sgd({ learningRate: cosine({ peak: setting.rate, steps: (setting.epochs * setting.train) / setting.batch }), momentum: 0.9, weightDecay: 1e-4 });
  const train = networkTrainer({ model, optimizer, batchSize: setting.batch, epochs: setting.epochs, objective: mixedCrossEntropy(model) });
  const claims: Claim[] = [];
  for (const rate of rates) {
    const [noisy, clean]: [Record<string, ScaledScores[]>, Record<string, ScaledScores[]>] = [{}, {}];
    for (const seed of seeds) {
      const data = draw(task, rate, createRng(seed).split('noisy labels'));
      for (const [way, policy] of Object.entries(compared)) {
        const logits = await train({ train: data.train, policy, rng: createRng(seed).split('network'), tests: { held: data.held, test: data.test } });
        const held = { logits: logits.held, labels: data.held.labels };
        (noisy[way] ??= []).push(scaledScores(held, { logits: logits.test, labels: data.test.labels }));
        (clean[way] ??= []).push(scaledScores(held, { logits: logits.test, labels: data.clean.labels }));
        onRun(`${task.name}, ${100 * rate} % of the labels replaced, ${way}, seed ${seed}`);
      }
    }
    const name = `${task.name}, ${100 * rate} % of the labels replaced`;
    claims.push(lower(name, noisy, seeds), scoreTable(`${name}, tested on noisy labels`, noisy, seeds), scoreTable(`${name}, tested on clean labels, which follow another law than the noisy ones that the temperature is fitted to`, clean, seeds));
  }
  return claims;
}
