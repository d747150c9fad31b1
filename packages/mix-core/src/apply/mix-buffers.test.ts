import { readFileSync } from 'node:fs';
import { hostTensor, sizeOf } from '@mixwell/tensor';
import * as fc from 'fast-check';
import wabt from 'wabt';
import { describe, expect, it } from 'vitest';
import { drawnImages, plansFor, warpedPlansFor } from '../fixtures.ts';
import { applyPlan, cutmixPlan, mixBuffers, mixupPlan, type Plan } from '../index.ts';
import { encodeBase64 } from '../plan/base64.ts';
import { kernelBase64 } from './mix-kernel.ts';
import { kernelOf } from './mix-buffers.ts';

/** Both ways to the same numbers. */
function expectSame(plan: Plan, images: ReturnType<typeof drawnImages>): void {
  const buffers = mixBuffers(images.shape, { rows: plan.rows });
  buffers.images.data.set(images.data);
  const mixed = applyPlan(plan, buffers.images, { out: buffers.out });
  expect(mixed).toBe(buffers.out);
  expect(kernelOf(buffers.out.data, buffers.images.data)).toBeDefined();
  expect(Array.from(mixed.data)).toEqual(Array.from(applyPlan(plan, images).data));
}

describe('mixBuffers', () => {
  it('gives the same mixed images to the last bit', () => {
    fc.assert(fc.property(fc.oneof(plansFor(5, 3), warpedPlansFor(5, 3)), fc.constantFrom(1, 3), (plan, channels) => {
      expectSame(plan, drawnImages(1, [plan.batch, 5, 3, channels]));
    }), { seed: 1, numRuns: 200 });
  });

  it.each([1, 3, 4, 7, 8, 9, 31, 32, 33, 100])('mixes rows of %i elements, that fill vectors or do not', (size) => {
    expectSame(mixupPlan({ partner: [2, 0, 1], lambda: [0.3, 0.9, 1] }), drawnImages(2, [3, size]));
    const three: Plan = { kind: 'scalar', batch: 3, rows: 2, k: 3, sources: Int32Array.of(0, 1, 2, 2, 1, 2), weights: Float32Array.of(0.2, 0.3, 0.5, 0, 0.7, 0.3), labelWeights: new Float32Array(6) };
    expectSame(three, drawnImages(3, [3, size]));
  });

  it('rounds as float32 does: very small, very large and infinite values, and no number', () => {
    const values = Float32Array.of(1e-45, -1e-45, 1.5e-38, 3.4e38, -3.4e38, Infinity, -Infinity, NaN, -0, 0, 1 / 3, 16_777_215);
    const images = hostTensor('float32', [2, 144], Float32Array.from({ length: 288 }, (_, i) => values[i < 144 ? i % 12 : Math.floor(i / 12) % 12]!));
    for (const lambda of [0.1, 0.5, 0.999]) expectSame(mixupPlan({ partner: [1, 0], lambda }), images);
  });

  it('pastes boxes, empty ones and whole images too', () => {
    const boxes = [[0, 0, 6, 5], [2, 1, 2, 4], [1, 2, 4, 3]] as const;
    expectSame(cutmixPlan({ height: 6, width: 5, partner: [1, 2, 0], boxes }), drawnImages(5, [3, 6, 5, 3]));
  });

  it('writes nothing but the mixed images', () => {
    const { images, out } = mixBuffers([3, 5], { rows: 2 });
    const drawn = drawnImages(4, [3, 5]);
    images.data.set(drawn.data);
    applyPlan({ kind: 'scalar', batch: 3, rows: 2, k: 2, sources: Int32Array.of(0, 1, 1, 2), weights: Float32Array.of(0.5, 0.5), labelWeights: new Float32Array(4) }, images, { out });
    expect(images.data).toEqual(drawn.data);
    expect(out.data.buffer.byteLength).toBe(65_536);
    expect(new Float32Array(out.data.buffer, 4 * 25).every((value) => value === 0)).toBe(true);
  });

  it('takes any rank, and as many rows as images where none are said', () => {
    const { images, out } = mixBuffers([4, 2, 3, 5, 1]);
    expect([images.shape, out.shape]).toEqual([[4, 2, 3, 5, 1], [4, 2, 3, 5, 1]]);
    expect([images.data.length, out.data.length]).toEqual([sizeOf(images.shape), sizeOf(out.shape)]);
  });

  it('refuses what is no batch, or too large', () => {
    expect(() => mixBuffers([4, 0])).toThrow(new RangeError('mixBuffers: shape[1] must be a whole number >= 1, got 0'));
    expect(() => mixBuffers([])).toThrow('mixBuffers: rows must be a whole number >= 1, got undefined');
    expect(() => mixBuffers([4, 2], { rows: 0.5 })).toThrow('mixBuffers: rows must be a whole number >= 1, got 0.5');
    expect(() => mixBuffers([4096, 224, 224, 3])).toThrow('mixBuffers: images and mixed images must fit into 4 GiB, got 4932501504 bytes');
  });
});

describe('the kernel', () => {
  it('is mix-kernel.wat, assembled', async () => {
    const file = 'mix-kernel.wat';
    const parsed = (await wabt()).parseWat(file, readFileSync(new URL(file, import.meta.url), 'utf8'), { simd: true, bulk_memory: true });
    expect(encodeBase64(parsed.toBinary({}).buffer)).toBe(kernelBase64);
  });
});
