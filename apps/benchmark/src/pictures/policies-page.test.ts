import { examplePolicies } from '@mixwell/mix-core';
import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { loadMnist } from '../reproduce/images/image-task.ts';
import { pageBatch } from './page-batch.ts';
import { policiesPage } from './policies-page.ts';

const task = loadMnist();

describe('the page of all policies', () => {
  it('has images with whatever evidence a policy needs', () => {
    const batch = pageBatch(task, 1);
    expect([batch.images.shape, batch.saliency!.shape, batch.attention!.shape, batch.targets!.shape]).toEqual([[6, 32, 32, 1], [6, 32, 32], [6, 8, 8], [6, 1]]);
    const total = (data: ArrayLike<number>): number => Array.from(data).reduce((sum, value) => sum + value, 0);
    expect(total(batch.attention!.data) / total(batch.saliency!.data)).toBeCloseTo(1, 4);
    for (const { policy } of examplePolicies()) expect(policy(createRng(0), batch).batch).toBe(6);
  });

  it('is a PNG file of a size that a README can show', async () => {
    const page = await policiesPage(task, 1);
    const size = new DataView(page.buffer, page.byteOffset).getUint32(16);
    expect(Array.from(page.subarray(1, 4), (code) => String.fromCharCode(code)).join('')).toBe('PNG');
    expect(size).toBe(1176);
    expect(page.length).toBeLessThan(300_000);
  });
});
