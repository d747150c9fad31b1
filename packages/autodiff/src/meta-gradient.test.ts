import { bundleForOracle, expectNoLeaks, finiteDifferences } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { metaGradientAt, startingPoint } from './fixtures/meta-gradient.ts';
import { relativeError } from './fixtures/relative-error.ts';

type MetaGradient = typeof import('./fixtures/meta-gradient.ts');

const oracle = (): ReturnType<typeof bundleForOracle<MetaGradient>> => bundleForOracle<MetaGradient>(new URL('fixtures/meta-gradient.ts', import.meta.url));

describe('gradients through two steps of SGD on a ConvNet with instance norm', () => {
  it('agree with finite differences in float64: by images, labels and learning rate', async () => {
    const float64 = await oracle();
    const differences = finiteDifferences((...values) => float64.outerLossAt(values), startingPoint(), { step: 1e-5 });
    float64.metaGradientAt(startingPoint()).forEach((g, i) => expect(relativeError([g], [differences[i]!])).toBeLessThan(1e-7));
  });

  it.each(backEnds)('agree with float64 on %s, and leak nothing', async (backEnd) => {
    await tf.setBackend(backEnd);
    const float64 = await oracle();
    float64.metaGradientAt(startingPoint()).forEach((want, i) => expect(relativeError([metaGradientAt(startingPoint())[i]!], [want])).toBeLessThan(5e-6));
    await expectNoLeaks(() => { metaGradientAt(startingPoint()); });
  });
});
