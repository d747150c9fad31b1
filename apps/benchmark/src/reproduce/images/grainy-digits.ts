import { type Dataset, normalize, split } from '@mixwell/data';
import { hostTensor, type HostTensor, normal, type Rng } from '@mixwell/tensor';
import { halved } from './halved.ts';
import { loadMnist } from './image-task.ts';

const [counts, GRAIN] = [{ train: 500, validation: 200, test: 2000 }, 0.35];

/** For people. */
export const grainyDigits: string = `MNIST digits of 14 × 14 pixels with Gaussian noise of ${GRAIN}: ${counts.train} to train, ${counts.validation} to validate, ${counts.test} to test`;

export type GrainyDigits = Readonly<Record<'train' | 'validation' | 'test', Dataset & { readonly images: HostTensor<'float32'> }>>;

/** A function that draws the small digits of a seed: few and noisy enough for a small network to learn them by heart and be wrong. */
export function grainyDigitTask(): (rng: Rng) => GrainyDigits {
  const { train, test } = loadMnist();
  const small = { train: normalize(halved(train.images), {}), test: normalize(halved(test.images), {}) };
  return (rng) => {
    const grain = rng.split('grain');
    const part = (from: 'train' | 'test', indices: Int32Array): GrainyDigits['train'] => {
      const [, ...shape] = small[from].shape;
      const size = shape.reduce((product, side) => product * side, 1);
      const pixels = Float32Array.from({ length: indices.length * size }, (_, i) => small[from].data[indices[Math.floor(i / size)]! * size + (i % size)]! + GRAIN * normal(grain));
      const labels = indices.map((index) => ({ train, test })[from].labels.data[index]!);
      return { images: hostTensor('float32', [indices.length, ...shape], pixels), labels: hostTensor('int32', [indices.length], labels) };
    };
    const [training, validation] = split(rng.split('train'), train.labels.data.length, [counts.train, counts.validation], { stratify: train.labels });
    const [testing] = split(rng.split('test'), test.labels.data.length, [counts.test], { stratify: test.labels });
    return { train: part('train', training), validation: part('train', validation), test: part('test', testing) };
  };
}
