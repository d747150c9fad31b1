import { readFileSync } from 'node:fs';
import { bundleForOracle, finiteDifferences } from '@mixwell/testing';
import { describe, expect, it } from 'vitest';
import { cases } from '../fixtures/cases.ts';
import { relativeError } from '../fixtures/relative-error.ts';
import { gradientTable } from './table.ts';

type Derivatives = typeof import('../fixtures/derivatives.ts');

/** The cases in float64. Fused norms and LogSoftmax, which its CPU back end has not, are primitives there; on-onnxruntime.test.ts holds the kernels against them. */
const oracle = (): ReturnType<typeof bundleForOracle<Derivatives>> => bundleForOracle<Derivatives>(new URL('../fixtures/derivatives.ts', import.meta.url));

const names = Object.keys(cases);
// TensorFlow.js computes erf by a formula that is good to 1e-7
const tolerance = (name: string): number => (name === 'Erf' ? 3e-6 : 1e-8);

const dot = (a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number =>
  a.reduce((sum, list, k) => sum + Array.from(list).reduce((part, value, i) => part + value * b[k]![i]!, 0), 0);

describe('gradientTable', () => {
  it('has a case here for every kernel', () => {
    const covered = new Set(names.map((name) => name.split(',')[0]));
    expect(Object.keys(gradientTable).filter((kernel) => !covered.has(kernel))).toEqual(['softmaxCrossEntropy__op']);
  });

  it('is the table of the README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const section = readme.slice(readme.indexOf('## Kernels with gradients'), readme.indexOf('First, second and third'));
    const listed = [...section.matchAll(/`(\w+)`/g)].map(([, kernel]) => kernel);
    expect(new Set(listed)).toEqual(new Set(Object.keys(gradientTable).filter((kernel) => !kernel.endsWith('__op'))));
  });

  it.each(names)('%s: the gradient agrees with finite differences in float64', async (name) => {
    const { argumentsOf, gradientAt, lossAt } = await oracle();
    const at = argumentsOf(name);
    expect(relativeError(gradientAt(name, at), finiteDifferences((...xs) => lossAt(name, xs), at))).toBeLessThan(tolerance(name));
  });

  it.each(names)('%s: the second derivative agrees with finite differences of the gradient', async (name) => {
    const { argumentsOf, curvatureAt, directionOf, gradientAt } = await oracle();
    const [at, along] = [argumentsOf(name), directionOf(name)];
    const slopes = finiteDifferences((...xs) => dot(gradientAt(name, xs), along), at);
    expect(relativeError(curvatureAt(name, at, along), slopes)).toBeLessThan(tolerance(name));
  });

  it.each(names)('%s: the third derivative agrees with finite differences of the second', async (name) => {
    const { argumentsOf, curvatureAt, directionOf, thirdAt } = await oracle();
    const [at, along] = [argumentsOf(name), directionOf(name)];
    const slopes = finiteDifferences((...xs) => dot(curvatureAt(name, xs, along), along), at);
    expect(relativeError(thirdAt(name, at, along), slopes)).toBeLessThan(tolerance(name) * 10);
  });
});
