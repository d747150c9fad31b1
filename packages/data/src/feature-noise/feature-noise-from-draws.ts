import { checkTensor, hostTensor, type HostTensor, spec } from '@mixwell/tensor';

/** Everything that is random in feature-noise data. Patches are counted in the order: the class feature, feature noise, noise. */
export interface FeatureNoiseDraws {
  /** float32 [4, dim]: orthonormal rows, the common and the rare feature of class 0, those of class 1. */
  readonly features: HostTensor<'float32'>;
  /** int32 [n]: classes, 0 or 1. */
  readonly labels: HostTensor<'int32'>;
  /** [n]: 1 where the sample shows the rare feature of its class. */
  readonly rare: ArrayLike<number>;
  /** int32 [n, patches]: where in the sample each of its patches stands; every row a permutation. */
  readonly positions: HostTensor<'int32'>;
  /** int32 [n, feature noise patches]: whose common feature each of them shows, 0 or 1. */
  readonly featureNoiseClass: HostTensor<'int32'>;
  /** float32 [n, patches − 1 − feature noise patches, dim]: noise, of which the part in the span of the features is removed. */
  readonly noise: HostTensor<'float32'>;
  /** What the features in feature noise are multiplied by. */
  readonly featureNoiseStrength: number;
}

const ORTHONORMAL_WITHIN = 1e-4;

const row = ({ data, shape }: HostTensor<'float32'>, i: number): Float32Array => data.subarray(i * shape.at(-1)!, (i + 1) * shape.at(-1)!);

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** @throws {RangeError} where the four features are not orthonormal */
export function checkFeatures(caller: string, features: HostTensor<'float32'>): void {
  checkTensor(features, spec('float32', [4, 'dim']), `${caller}: features`);
  for (let i = 0; i < 4; i++) {
    for (let j = i; j < 4; j++) {
      const product = dot(row(features, i), row(features, j));
      if (!(Math.abs(product - Number(i === j)) <= ORTHONORMAL_WITHIN)) {
        throw new RangeError(`${caller}: features must be orthonormal within ${ORTHONORMAL_WITHIN}, got the product ${product} of rows ${i} and ${j}`);
      }
    }
  }
}

function checkBinary(name: string, values: ArrayLike<number>): void {
  const bad = Array.prototype.findIndex.call(values, (value: number) => value !== 0 && value !== 1);
  if (bad !== -1) throw new RangeError(`featureNoiseFromDraws: ${name}[${bad}] must be 0 or 1, got ${values[bad]}`);
}

function checkDraws({ features, labels, rare, positions, featureNoiseClass, noise }: FeatureNoiseDraws): void {
  const caller = 'featureNoiseFromDraws';
  checkFeatures(caller, features);
  const sizes = new Map([['dim', features.shape[1]!]]);
  checkTensor(labels, spec('int32', ['n']), `${caller}: labels`, sizes);
  checkTensor(positions, spec('int32', ['n', 'patches']), `${caller}: positions`, sizes);
  checkTensor(featureNoiseClass, spec('int32', ['n', 'featureNoisePatches']), `${caller}: featureNoiseClass`, sizes);
  const [n, patches, feature] = ['n', 'patches', 'featureNoisePatches'].map((axis) => sizes.get(axis)!) as [number, number, number];
  if (1 + feature > patches) throw new RangeError(`${caller}: 1 + feature noise patches must be <= ${patches} patches, got ${1 + feature}`);
  checkTensor(noise, spec('float32', ['n', patches - 1 - feature, 'dim']), `${caller}: noise`, sizes);
  if (rare.length !== n) throw new RangeError(`${caller}: rare must have ${n} values, got ${rare.length}`);
  for (const [name, values] of Object.entries({ labels: labels.data, rare, featureNoiseClass: featureNoiseClass.data })) checkBinary(name, values);
  for (let i = 0; i < n; i++) {
    const row = positions.data.subarray(i * patches, (i + 1) * patches);
    if (new Set(row).size !== patches || row.some((at) => at < 0 || at >= patches)) {
      throw new RangeError(`${caller}: positions[${i}] must be a permutation of ${patches} patches, got [${row.join(', ')}]`);
    }
  }
}

/** x less its part in the span of the features. */
function outside(x: Float32Array, features: HostTensor<'float32'>): Float32Array {
  const left = Float64Array.from(x);
  for (let f = 0; f < 4; f++) {
    const feature = row(features, f);
    const along = dot(x, feature);
    feature.forEach((value, i) => { left[i]! -= along * value; });
  }
  return Float32Array.from(left);
}

/**
 * Feature-noise data of what was drawn for it: each sample is a set of patches, of which one shows the feature of its class (mostly the common, sometimes the rare
 * one), some show a faint common feature of either class, and the others noise without any feature in it.
 *
 * Zou, Cao, Li, Gu, "The Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433; the layout is ours.
 *
 * @returns float32 [n, patches, dim]
 * @throws {RangeError} for draws that do not fit one another, or features that are not orthonormal
 */
export function featureNoiseFromDraws(draws: FeatureNoiseDraws): HostTensor<'float32'> {
  checkDraws(draws);
  const { features, labels, rare, positions, featureNoiseClass, noise, featureNoiseStrength } = draws;
  const [n, patches] = positions.shape as [number, number];
  const faint = featureNoiseClass.shape[1]!;
  const noisy = patches - 1 - faint;
  const samples = hostTensor('float32', [n, patches, features.shape[1]!], new Float32Array(n * patches * features.shape[1]!));
  for (let i = 0; i < n; i++) {
    const place = (patch: number): Float32Array => row(samples, i * patches + positions.data[i * patches + patch]!);
    place(0).set(row(features, 2 * labels.data[i]! + rare[i]!));
    for (let q = 0; q < faint; q++) place(1 + q).set(row(features, 2 * featureNoiseClass.data[i * faint + q]!).map((value) => featureNoiseStrength * value));
    for (let q = 0; q < noisy; q++) place(1 + faint + q).set(outside(row(noise, i * noisy + q), features));
  }
  return samples;
}
