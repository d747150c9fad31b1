import { createRng, hostTensor } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { mixTests, orderingOf } from './ordering.ts';

beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

it('mixes test images, and knows how relevant each copy is', () => {
  const images = hostTensor('float32', [6, 2], Float32Array.from({ length: 12 }, (_, i) => i));
  const labels = hostTensor('int32', [6], Int32Array.of(0, 1, 2, 3, 4, 5));
  const { copies, halves, relevance } = mixTests({ images, labels }, createRng(1));
  expect([copies.images.shape, halves.images.shape, relevance.shape]).toEqual([[18, 2], [6, 2], [4, 6]]);
  expect([...relevance.data.subarray(0, 6)]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(relevance.data.every((share) => share >= 0.5 && share <= 1)).toBe(true);
  const same = mixTests({ images, labels: hostTensor('int32', [6], new Int32Array(6)) }, createRng(1));
  expect(same.relevance.data.every((share) => share === 1)).toBe(true);
});

it('counts pairs in the wrong order, and how much less sure of halves a network is', () => {
  const logits = (confidences: readonly number[]) => hostTensor('float32', [confidences.length, 2], Float32Array.from(confidences.flatMap((p) => [Math.log(p), Math.log(1 - p)])));
  const relevance = hostTensor('float32', [3, 1], Float32Array.of(1, 0.6, 0.8));
  const { misaligned, drop } = orderingOf({ test: logits([0.9]), copies: logits([0.8, 0.7]), halves: logits([0.6]) }, relevance);
  expect(misaligned).toBeCloseTo(1 / 3, 6); // of (raw, 0.8), (raw, 0.6), (0.8, 0.6) the last
  expect(drop).toBeCloseTo(0.3, 5);
});
