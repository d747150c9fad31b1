import { overlapPairs, type OverlapPairsData } from '@mixwell/data';
import { createRng, hostTensor, type HostTensor } from '@mixwell/tensor';

/** Samples of each class to train on and to fit temperatures to; samples to test. */
export const setting = { overlap: 0.6, std: 0.5, dim: 64, train: 60, held: 30, test: 2000 } as const;

export type Parts = Readonly<Record<'train' | 'held' | 'test', OverlapPairsData>>;

/** Training samples, those that a temperature is fitted to, and test samples of a seed. */
export function draw(classes: number, seed: number): Parts {
  const rng = createRng(seed).split(`overlap ${classes}`);
  const { overlap, std, dim } = setting;
  const part = (name: string, n: number, centres?: HostTensor<'float32'>): OverlapPairsData => overlapPairs({ n, classes, overlap, std, dim, rng: rng.split(name), ...(centres && { centres }) });
  const train = part('train', setting.train * classes);
  return { train, held: part('held', setting.held * classes, train.centres), test: part('test', setting.test, train.centres) };
}

/** [centres or samples]: squared distances of one sample. */
function squaredDistances(x: Float32Array, { data }: HostTensor<'float32'>): Float64Array {
  const dim = x.length;
  return Float64Array.from({ length: data.length / dim }, (_, row) => {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += (x[d]! - data[row * dim + d]!) ** 2;
    return sum;
  });
}

function eachSample<T>({ images, labels }: OverlapPairsData, of: (x: Float32Array) => T): T[] {
  return Array.from(labels.data, (_, i) => of(images.data.subarray(i * setting.dim, (i + 1) * setting.dim)));
}

/** Logits [n, classes] of the law that the data come from: nothing is better. */
export function bayesLogits(data: OverlapPairsData, classes: number): HostTensor<'float64'> {
  const { overlap, std } = setting;
  const rows = eachSample(data, (x) => {
    const height = squaredDistances(x, data.centres).map((distance) => -distance / (2 * std * std));
    return Array.from({ length: classes }, (_, c) => {
      const [own, shared] = [Math.log(1 - overlap) + height[c]!, Math.log(overlap) + height[classes + (c >> 1)]!];
      return Math.max(own, shared) + Math.log1p(Math.exp(-Math.abs(own - shared)));
    });
  });
  return hostTensor('float64', [rows.length, classes], Float64Array.from(rows.flat()));
}

/** Logits of the purest interpolator: 1 for the class of the nearest training sample, 0 for the others. */
export function nearestLogits(data: OverlapPairsData, { images, labels }: OverlapPairsData, classes: number): HostTensor<'float64'> {
  const logits = new Float64Array(data.labels.data.length * classes);
  eachSample(data, (x) => {
    const distances = squaredDistances(x, images);
    return labels.data[distances.indexOf(distances.reduce((least, distance) => Math.min(least, distance)))]!;
  }).forEach((label, i) => { logits[i * classes + label] = 1; });
  return hostTensor('float64', [data.labels.data.length, classes], logits);
}
