import { readFileSync } from 'node:fs';
import { bundleForOracle, directionalDifference } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { type Matched, type Matching, matchTrajectory } from './fixtures/distillation.ts';
import { relativeError } from './fixtures/relative-error.ts';

type Fixture = typeof import('./fixtures/distillation.ts') & typeof import('./fixtures/golden-matching.ts');

const oracle = (): ReturnType<typeof bundleForOracle<Fixture>> =>
  bundleForOracle<Fixture>(new URL('fixtures/distillation.ts', import.meta.url), new URL('fixtures/golden-matching.ts', import.meta.url));

/** Five steps of SGD: the four of the golden file and one more. */
async function fiveSteps(): Promise<Matching> {
  const { params, inputs } = JSON.parse(readFileSync(new URL('../golden/dataset-distillation/mtt-unrolled.json', import.meta.url), 'utf8')) as { params: Record<string, unknown>; inputs: Record<string, unknown> };
  const matching = (await oracle()).goldenMatching({ params, inputs });
  return { ...matching, batches: [...matching.batches, [1, 2, 5]] };
}

const gradients = ({ byImages, byRate }: Matched): [ArrayLike<number>, ArrayLike<number>] => [byImages, [byRate]];
const forms = ['loop', 'graph'] as const;

describe('second derivatives through five steps of SGD on a ConvNet with instance norm', () => {
  it('are the same in float64 step by step and in one piece, and agree with differences of the loss', async () => {
    const [float64, matching] = [await oracle(), await fiveSteps()];
    const [loop, graph] = forms.map((form) => float64.matchTrajectory(matching, form)) as [Matched, Matched];
    gradients(loop).forEach((g, i) => expect(relativeError([g], [gradients(graph)[i]!])).toBeLessThan(1e-12));
    const along = Array.from(matching.images, (_, i) => Math.sin(i * 2.3));
    const difference = directionalDifference((images, [rate]) => float64.matchTrajectory({ ...matching, images, rate: rate! }, 'loop').loss, [matching.images, [matching.rate]], [along, [0.1]], { step: 1e-6 }); // farther away some relu switches
    const slope = along.reduce((sum, v, i) => sum + v * loop.byImages[i]!, 0.1 * loop.byRate);
    expect(Math.abs(slope / difference - 1)).toBeLessThan(1e-7);
  });

  it.each(backEnds.flatMap((backEnd) => forms.map((form) => [backEnd, form] as const)))('agree with float64 to 1e-5 on %s, as %s', async (backEnd, form) => {
    const [float64, matching] = [await oracle(), await fiveSteps()];
    await tf.setBackend(backEnd);
    const [got, want] = [matchTrajectory(matching, form), float64.matchTrajectory(matching, 'loop')];
    gradients(got).forEach((g, i) => expect(relativeError([g], [gradients(want)[i]!])).toBeLessThan(1e-5));
  });
});
