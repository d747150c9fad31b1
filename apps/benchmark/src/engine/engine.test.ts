import { describe, expect, it } from 'vitest';
import { caseNamed, cases } from './cases.ts';
import { countFlops } from './flops.ts';
import { matmulPeak } from './matmul-peak.ts';
import { prepareWork } from './work.ts';

describe('the work that is timed', () => {
  it('counts the operations of a multilayer perceptron as by hand', () => {
    const forward = 2 * 128 * (784 * 256 + 256 * 10);
    expect(countFlops(caseNamed('mlp').model(), 'infer', 128)).toBe(forward);
    expect(countFlops(caseNamed('mlp').model(), 'train', 128)).toBe(3 * forward);
  });

  it('counts 0.56 G multiply-adds for an image in ResNet-18, as published', () => {
    expect(countFlops(caseNamed('resnet-18').model(), 'infer', 1) / 1e9).toBeCloseTo(2 * 0.5559, 2);
  });

  it.each(['onnxruntime', 'cpu', 'wasm'] as const)('is done on %s', async (backEnd) => {
    for (const mode of ['train', 'infer'] as const) {
      const { version, check, step } = await prepareWork('mlp', mode, 4, backEnd);
      expect(version).toMatch(/\d+\.\d+/);
      expect(check).toBe(784 * 256 + 256 + 256 * 10 + 10);
      await step();
      await step();
    }
  });

  it('knows a network for every case', () => {
    for (const { model } of cases) expect(model().classes).toBe(10);
  });

  it('measures a peak of this machine', () => {
    expect(matmulPeak()).toBeGreaterThan(1e8);
  });
});
