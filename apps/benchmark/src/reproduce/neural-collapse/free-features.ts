import { channelTheory, mixedTarget, optimalFeature, optimalMixedFeature, simplexEtf, squaredErrorLoss } from '@mixwell/neural-collapse';
import { createRng } from '@mixwell/tensor';
import type { Claim } from '../claim.ts';
import { summary } from '../over-seeds.ts';

const classes = [3, 10];
const mus = [1e-1, 1e-2, 1e-4];
const pairs = [1, 0.9, 0.75, 0.5].map((lambda) => ({ classA: 0, classB: 1, lambda }));

const length = (vector: Float64Array): number => Math.hypot(...vector);
const distance = (a: Float64Array, b: Float64Array): number => length(a.map((value, c) => value - b[c]!)) / length(b);

/** |h(1/2)| over that of the midpoint, of features that minimise the squared error. */
function straightAmplification(numClasses: number, mu: number, seed: number): number {
  const classifier = simplexEtf({ numClasses, featureDim: numClasses + 2, rng: createRng(seed) });
  const at = (lambda: number): Float64Array => optimalFeature({ classifier, mu, target: mixedTarget(numClasses, { classA: 0, classB: 1, lambda }), loss: squaredErrorLoss }).feature;
  const [first, second, middle] = [at(1), at(0), at(0.5)];
  return length(middle) / length(first.map((value, c) => (value + second[c]!) / 2));
}

/** The largest distance between the closed form and what Newton's method finds on free features, over all settings. */
function largestDistance(seed: number): number {
  const settings = classes.flatMap((numClasses) => mus.flatMap((mu) => pairs.map((pair) => ({ numClasses, mu, pair }))));
  return Math.max(...settings.map(({ numClasses, mu, pair }) => {
    const classifier = simplexEtf({ numClasses, featureDim: numClasses + 2, rng: createRng(seed) });
    return distance(optimalMixedFeature({ classifier, mu, ...pair }).feature, optimalFeature({ classifier, mu, target: mixedTarget(numClasses, pair) }).feature);
  }));
}

/** What the derivation says, on features that are free: nothing is trained. */
export function freeFeatureClaims(seeds: readonly number[]): Claim[] {
  const distances = summary(seeds.map(largestDistance));
  const amplifications = classes.map((numClasses) => mus.map((mu) => channelTheory({ numClasses, norm: 1, mu, lambdas: [] }).amplification));
  const straight = summary(seeds.map((seed) => Math.max(...classes.flatMap((numClasses) => mus.map((mu) => Math.abs(straightAmplification(numClasses, mu, seed) - 1))))));
  return [
    {
      claim: 'free features that minimise mixup with cross entropy are those that were derived: relative distance ≤ 1e-6 (3 and 10 classes, μ from 0.1 to 1e-4)',
      holds: Math.max(...distances.perSeed) <= 1e-6, measured: { distance: distances }, seeds,
    },
    {
      claim: 'their amplification lies between 1 and 2 and grows as μ falls',
      holds: amplifications.every((values) => values.every((value, i) => value > 1 && value < 2 && (i === 0 || value > values[i - 1]!))),
      measured: Object.fromEntries(classes.flatMap((count, i) => mus.map((mu, j) => [`${count} classes, μ = ${mu}`, amplifications[i]![j]!]))),
      seeds,
    },
    { claim: 'with mean squared error it is 1 to 1e-9', holds: Math.max(...straight.perSeed) <= 1e-9, measured: { 'distance from 1': straight }, seeds },
  ];
}
