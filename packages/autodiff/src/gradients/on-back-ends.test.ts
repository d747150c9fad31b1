import { bundleForOracle } from '@mixwell/testing';
import { oneBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backEnds } from '../fixtures/back-ends.ts';
import { cases } from '../fixtures/cases.ts';
import * as derivatives from '../fixtures/derivatives.ts';
import { relativeError } from '../fixtures/relative-error.ts';

const oracle = (): ReturnType<typeof bundleForOracle<typeof derivatives>> => bundleForOracle<typeof derivatives>(new URL('../fixtures/derivatives.ts', import.meta.url));

describe.each(backEnds)('the gradients on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it.each(Object.keys(cases))('%s: first and second derivatives agree with float64', async (name) => {
    const float64 = await oracle();
    const [at, along] = [float64.argumentsOf(name), float64.directionOf(name)];
    expect(relativeError(derivatives.gradientAt(name, at), float64.gradientAt(name, at))).toBeLessThan(2e-6);
    expect(relativeError(derivatives.curvatureAt(name, at, along), float64.curvatureAt(name, at, along))).toBeLessThan(5e-6);
  });
});

describe.skipIf(oneBackEnd)('the gradients on ONNX Runtime', () => {
  beforeAll(() => tf.setBackend(BACKEND_NAME));

  it.each(['LogSoftmax', 'NormTrain', 'NormTrainGrad'])('go through its own kernel %s', async (name) => {
    const { kernelNames } = await tf.profile(() => { derivatives.gradientAt(name, derivatives.argumentsOf(name)); return tf.scalar(0); });
    expect(kernelNames).toContain(name);
  });
});
