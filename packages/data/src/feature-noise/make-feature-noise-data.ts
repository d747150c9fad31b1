import { hostTensor, type HostTensor, integer, normal, permutation, type Rng, uniform } from '@mixwell/tensor';
import type { Dataset } from '../dataset.ts';
import { checkFeatures, dot, type FeatureNoiseDraws, featureNoiseFromDraws } from './feature-noise-from-draws.ts';

export interface FeatureNoiseOptions {
  /** Samples, ≥ 1. */
  readonly n: number;
  /** Patches of a sample, ≥ 1 + featureNoisePatches. */
  readonly patches: number;
  /** Length of a patch, ≥ 4. */
  readonly dim: number;
  /** Probability of the rare feature, in [0, 1]. */
  readonly rareFraction: number;
  /** Patches with a faint common feature of either class, ≥ 0. */
  readonly featureNoisePatches: number;
  /** How faint, ≥ 0: the feature is multiplied by this. */
  readonly featureNoiseStrength: number;
  /** Standard deviation of the noise patches in each coordinate, ≥ 0. */
  readonly sigma: number;
  readonly rng: Rng;
  /** float32 [4, dim], orthonormal. Default: drawn. A test set needs those of the training set. */
  readonly features?: HostTensor<'float32'>;
  /** Makes all samples common or all rare: test sets of one kind. Default: by rareFraction. */
  readonly force?: 'common' | 'rare';
}

/** Two classes of patches, to be trained on like any data set. */
export interface FeatureNoiseData extends Dataset {
  /** [n, patches, dim] */
  readonly images: HostTensor<'float32'>;
  /** [n]: 1 where the sample shows the rare feature of its class. */
  readonly rare: Uint8Array;
  /** [n, patches]: where in the sample its class feature, feature noise and noise stand. */
  readonly positions: HostTensor<'int32'>;
  /** [4, dim]: the common and the rare feature of class 0, those of class 1. */
  readonly features: HostTensor<'float32'>;
}

function check({ n, patches, dim, rareFraction, featureNoisePatches, featureNoiseStrength, sigma, features, force }: FeatureNoiseOptions): void {
  const refuse = (name: string, rule: string, got: unknown): never => { throw new RangeError(`makeFeatureNoiseData: ${name} must be ${rule}, got ${String(got)}`); };
  for (const [name, value, least] of [['n', n, 1], ['dim', dim, 4], ['featureNoisePatches', featureNoisePatches, 0], ['patches', patches, 1]] as const) {
    if (!Number.isInteger(value) || value < least) refuse(name, `a whole number >= ${least}`, value);
  }
  if (1 + featureNoisePatches > patches) refuse('patches', `>= 1 + featureNoisePatches (${1 + featureNoisePatches})`, patches);
  if (!(rareFraction >= 0 && rareFraction <= 1)) refuse('rareFraction', 'in [0, 1]', rareFraction);
  for (const [name, value] of Object.entries({ featureNoiseStrength, sigma })) if (!(value >= 0 && value < Infinity)) refuse(name, '>= 0 and finite', value);
  if (force !== undefined && force !== 'common' && force !== 'rare') refuse('force', "'common' or 'rare'", force);
  if (!features) return;
  checkFeatures('makeFeatureNoiseData', features);
  if (features.shape[1] !== dim) refuse('features', `[4, ${dim}]`, `[${features.shape.join(', ')}]`);
}

/** Four random orthonormal rows, by Gram and Schmidt. */
function drawFeatures(rng: Rng, dim: number): HostTensor<'float32'> {
  const rows: Float64Array[] = [];
  while (rows.length < 4) {
    const drawn = Float64Array.from({ length: dim }, () => normal(rng));
    for (const other of rows) {
      const along = dot(drawn, other);
      other.forEach((value, i) => { drawn[i]! -= along * value; });
    }
    const length = Math.sqrt(dot(drawn, drawn));
    rows.push(drawn.map((value) => value / length));
  }
  return hostTensor('float32', [4, dim], Float32Array.from(rows.flatMap((row) => [...row])));
}

function draw(options: FeatureNoiseOptions): FeatureNoiseDraws {
  const { n, patches, dim, rareFraction, featureNoisePatches, featureNoiseStrength, sigma, rng, force } = options;
  const features = options.features ?? drawFeatures(rng, dim);
  const noisy = patches - 1 - featureNoisePatches;
  const [labels, rare, positions, featureNoiseClass, noise] = [new Int32Array(n), new Uint8Array(n), new Int32Array(n * patches), new Int32Array(n * featureNoisePatches), new Float32Array(n * noisy * dim)];
  for (let i = 0; i < n; i++) {
    labels[i] = integer(rng, 0, 2);
    const isRare = uniform(rng) < rareFraction; // drawn in any case: forced sets differ in nothing else
    rare[i] = Number(force === undefined ? isRare : force === 'rare');
    for (let q = 0; q < featureNoisePatches; q++) featureNoiseClass[i * featureNoisePatches + q] = integer(rng, 0, 2);
    for (let q = 0; q < noisy * dim; q++) noise[i * noisy * dim + q] = sigma * normal(rng);
    positions.set(permutation(rng, patches), i * patches);
  }
  return {
    features,
    labels: hostTensor('int32', [n], labels),
    rare,
    positions: hostTensor('int32', [n, patches], positions),
    featureNoiseClass: hostTensor('int32', [n, featureNoisePatches], featureNoiseClass),
    noise: hostTensor('float32', [n, noisy, dim], noise),
    featureNoiseStrength,
  };
}

/**
 * Data in which plain training provably misses the rare features and mixup learns them (see `featureNoiseFromDraws`): a cheap, quantitative test of any mixup.
 * Plain training misses them where rareFraction / 2 < (patches − 1 − featureNoisePatches) · dim · sigma² / n < (1 − rareFraction) / 2. Advances the generator.
 *
 * @throws {RangeError} for options out of range
 */
export function makeFeatureNoiseData(options: FeatureNoiseOptions): FeatureNoiseData {
  check(options);
  const draws = draw(options);
  const { features, labels, rare, positions } = draws;
  return { images: featureNoiseFromDraws(draws), labels, rare: Uint8Array.from(rare), positions, features };
}
