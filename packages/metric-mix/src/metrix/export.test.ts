import { convNetD } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { runOnnxFile } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import { toOnnx, trace } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { drawnRows } from '../fixtures.ts';
import { maxAvgPoolHead } from '../tf.ts';

it('an embedding network goes to ONNX as one model, its head and its normalisation included, for any number of images', async () => {
  await tf.setBackend(plainBackEnd);
  const model = convNetD({ inputShape: [8, 8, 1], classes: 2, width: 6, depth: 2 });
  const vars = model.init(createRng(0));
  const head = { 'embedding.weight': tf.tensor2d(drawnRows(1, 6, 5)), 'embedding.bias': tf.zeros([5]) };
  const embed = (images: tf.Tensor): tf.Tensor => maxAvgPoolHead(model.run(vars, images, { to: 'block2' }).y as tf.Tensor4D, head['embedding.weight'], head['embedding.bias']);
  const graph = trace(embed, [{ shape: ['batch', 8, 8, 1], dtype: 'float32', name: 'images' }], { names: { ...vars.params, ...head } });
  const file = toOnnx(graph, { outputNames: ['embeddings'] });
  for (const n of [1, 5]) {
    const pixels = Float32Array.from(drawnRows(2, n, 64).flat());
    pixels.fill(0, 0, 64); // with norms that divide by the deviation, a black image has features 0, and an embedding of 0
    const { embeddings } = await runOnnxFile('node', file, { images: { dtype: 'float32', shape: [n, 8, 8, 1], data: pixels } });
    expect(embeddings!.shape).toEqual([n, 5]);
    const wanted = embed(tf.tensor4d(pixels, [n, 8, 8, 1])).dataSync();
    const got = embeddings!.data as Float32Array;
    wanted.forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(1e-5));
    for (let i = 0; i < n; i++) expect(Math.hypot(...got.slice(5 * i, 5 * i + 5))).toBeCloseTo(i === 0 ? 0 : 1, 5);
  }
});
