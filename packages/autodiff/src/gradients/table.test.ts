import { bundleForOracle, finiteDifferences, jacobianDifference } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cases } from '../fixtures/cases.ts';
import { relativeError } from '../fixtures/relative-error.ts';
import { withoutGradient } from './no-gradient.ts';
import { gradientTable } from './table.ts';

type Derivatives = typeof import('../fixtures/derivatives.ts');

/** The cases in float64. Fused norms and LogSoftmax, which its CPU back end has not, are primitives there; on-back-ends.test.ts holds the kernels against them. */
const oracle = (): ReturnType<typeof bundleForOracle<Derivatives>> => bundleForOracle<Derivatives>(new URL('../fixtures/derivatives.ts', import.meta.url));

const names = Object.keys(cases);
// TensorFlow.js computes erf by a formula that is good to 1e-7
const tolerance = (name: string): number => (name === 'Erf' ? 3e-6 : 1e-8);

describe('gradientTable', () => {
  it('has a case here for every kernel', () => {
    const covered = new Set(names.map((name) => name.split(',')[0]));
    expect(Object.keys(gradientTable).filter((kernel) => !covered.has(kernel))).toEqual(['softmaxCrossEntropy__op']);
  });

  it('knows every kernel of TensorFlow.js, or says why it has no gradient', () => {
    const all = Object.entries(tf).flatMap(([name, value]) => (name === value ? [name] : []));
    const known = [...Object.keys(gradientTable), ...withoutGradient.flatMap(({ kernels }) => kernels)];
    expect(all.length).toBeGreaterThan(170);
    expect(all.filter((kernel) => !known.includes(kernel))).toEqual([]);
    expect(known.length).toBe(new Set(known).size);
  });

  it.each(names)('%s: the gradient agrees with finite differences in float64', async (name) => {
    const { argumentsOf, gradientAt, lossAt } = await oracle();
    const at = argumentsOf(name);
    expect(relativeError(gradientAt(name, at), finiteDifferences((...xs) => lossAt(name, xs), at))).toBeLessThan(tolerance(name));
  });

  it.each(names)('%s: the second derivative agrees with finite differences of the gradient', async (name) => {
    const { argumentsOf, curvatureAt, directionOf, gradientAt } = await oracle();
    const [at, along] = [argumentsOf(name), directionOf(name)];
    expect(relativeError(curvatureAt(name, at, along), jacobianDifference((...xs) => gradientAt(name, xs), at, along))).toBeLessThan(tolerance(name));
  });

  it.each(names)('%s: the third derivative agrees with finite differences of the second', async (name) => {
    const { argumentsOf, curvatureAt, directionOf, thirdAt } = await oracle();
    const [at, along] = [argumentsOf(name), directionOf(name)];
    expect(relativeError(thirdAt(name, at, along), jacobianDifference((...xs) => curvatureAt(name, xs, along), at, along))).toBeLessThan(tolerance(name) * 10);
  });
});
