import { bundleForOracle } from '@mixwell/testing';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cases } from '../fixtures/cases.ts';
import * as derivatives from '../fixtures/derivatives.ts';
import { relativeError } from '../fixtures/relative-error.ts';

beforeAll(async () => {
  await tf.setBackend(BACKEND_NAME);
});

const oracle = (): ReturnType<typeof bundleForOracle<typeof derivatives>> => bundleForOracle<typeof derivatives>(new URL('../fixtures/derivatives.ts', import.meta.url));

describe('the gradients on ONNX Runtime', () => {
  it.each(['LogSoftmax', 'NormTrain', 'NormTrainGrad'])('go through its own kernel %s', async (name) => {
    const { kernelNames } = await tf.profile(() => { derivatives.gradientAt(name, derivatives.argumentsOf(name)); return tf.scalar(0); });
    expect(kernelNames).toContain(name);
  });

  it.each(Object.keys(cases))('%s: first and second derivatives agree with float64', async (name) => {
    const float64 = await oracle();
    const [at, along] = [float64.argumentsOf(name), float64.directionOf(name)];
    expect(relativeError(derivatives.gradientAt(name, at), float64.gradientAt(name, at))).toBeLessThan(2e-6);
    expect(relativeError(derivatives.curvatureAt(name, at, along), float64.curvatureAt(name, at, along))).toBeLessThan(5e-6);
  });
});
