import { bundleForOracle } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { cases } from '../fixtures/cases.ts';
import * as derivatives from '../fixtures/derivatives.ts';
import { relativeError } from '../fixtures/relative-error.ts';

const has = vi.hoisted(() => ({ kernels: true }));
vi.mock('./has-kernel.ts', () => ({ hasKernel: () => has.kernels, takesPadding: () => false }));

const names = Object.keys(cases).filter((name) => /^(Conv|Depthwise|MaxPool)/.test(name));

describe.each([['whose kernels for gradients take no padding', true], ['without kernels for gradients', false]])('convolution and pooling on a back end %s', (_, kernels) => {
  beforeAll(async () => {
    has.kernels = kernels;
    await tf.setBackend(plainBackEnd);
  });

  it.each(names)('%s: first and second derivatives agree with float64', async (name) => {
    const float64 = await bundleForOracle<typeof derivatives>(new URL('../fixtures/derivatives.ts', import.meta.url));
    const [at, along] = [float64.argumentsOf(name), float64.directionOf(name)];
    expect(relativeError(derivatives.gradientAt(name, at), float64.gradientAt(name, at))).toBeLessThan(2e-6);
    expect(relativeError(derivatives.curvatureAt(name, at, along), float64.curvatureAt(name, at, along))).toBeLessThan(5e-6);
  });
});
