import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { encode } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadImageFolder } from './image-folder.ts';
import { metricTasks, type MetricTask, splitClasses } from './tasks.ts';
import { metricTrainer } from './train-metric.ts';
import { allWays } from './ways.ts';

/** Four classes of noise with a bright quarter. */
const quarters: MetricTask = {
  name: 'bright quarters', classes: 4, imageShape: [4, 4, 1], network: 'mlp',
  draw(rng) {
    const labels = Int32Array.from({ length: 80 }, (_, i) => i % 4);
    const pixels = Float32Array.from({ length: 80 * 16 }, (_, at) => 0.2 * normal(rng) + (2 * ((at >> 3) & 1) + ((at >> 1) & 1) === labels[at >> 4] ? 1 : 0));
    return { images: hostTensor('float32', [80, 4, 4, 1], pixels), labels };
  },
};

describe('training for retrieval', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  const train = metricTrainer(quarters, { steps: 10 });
  it.each(Object.keys(allWays))('%s trains, leaves no tensor behind, and does the same again', (name) => {
    const first = train(name, allWays[name]!, 0);
    const before = tf.memory().numTensors;
    const again = train(name, allWays[name]!, 0);
    expect(tf.memory().numTensors).toBe(before);
    expect(again).toEqual(first);
    expect(first.retrieval.recallAt[1]).toBeGreaterThan(0.5);
    expect(first.utilization).toBeGreaterThan(0);
    expect(first.utilization).toBeLessThan(4);
  });
});

describe('classes that are not seen', () => {
  it('are half of all, others with another seed, and never among those that train', () => {
    const parts = splitClasses(createRng(1), quarters);
    expect(parts.trainClasses).toBe(2);
    for (const { labels, images } of [parts.train, parts.test]) {
      expect([...new Set(labels)].toSorted((a, b) => a - b)).toEqual([0, 1]);
      expect([labels.length, images.shape]).toEqual([40, [40, 4, 4, 1]]);
    }
    const rowsOf = ({ images }: typeof parts.train): Set<string> => new Set(Array.from({ length: 40 }, (_, i) => images.data.subarray(16 * i, 16 * i + 16).join()));
    const seen = rowsOf(parts.train);
    expect([...rowsOf(parts.test)].some((row) => seen.has(row))).toBe(false);
    expect(splitClasses(createRng(2), quarters)).not.toEqual(parts);
  });

  it('digits are of 8 × 8 pixels in [0, 1]', () => {
    const [digits] = metricTasks(null);
    const { images, labels } = digits.draw(createRng(0));
    expect(images.shape).toEqual([1797, 8, 8, 1]);
    expect(labels.length).toBe(1797);
    expect(images.data.every((value) => value >= 0 && value <= 1.000_001)).toBe(true);
    expect(images.data.reduce((sum, value) => sum + value, 0) / images.data.length).toBeCloseTo(0.178, 2);
  });
});

describe('a folder of folders of images', () => {
  const make = (): string => mkdtempSync(join(tmpdir(), 'mixwell-folder-'));

  it('is read, PNG and JPEG, grey and coloured, as squares of 32 × 32', () => {
    const folder = make();
    const grey = encode({ width: 40, height: 64, channels: 1, depth: 8, data: new Uint8Array(40 * 64).fill(51) });
    const red = encodeJpeg({ width: 33, height: 20, data: Uint8Array.from({ length: 33 * 20 * 4 }, (_, at) => (at % 4 === 0 || at % 4 === 3 ? 255 : 0)) }, 100).data;
    for (const [i, name] of ['001.albatross', '002.auklet', '003.blackbird', '004.bunting'].entries()) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'a.png'), grey);
      if (i % 2 === 1) writeFileSync(join(folder, name, 'b.JPG'), red);
      writeFileSync(join(folder, name, 'notes.txt'), 'no image');
    }
    const task = loadImageFolder(folder);
    const { images, labels } = task.draw(createRng(0));
    expect([task.classes, images.shape, [...labels]]).toEqual([4, [6, 32, 32, 3], [0, 1, 1, 2, 3, 3]]);
    expect(images.data.subarray(0, 3072).every((value) => Math.abs(value - 0.2) < 1e-6)).toBe(true);
    const colour = images.data.subarray(2 * 3072, 2 * 3072 + 3);
    expect([...colour].map((value) => Math.round(10 * value) / 10)).toEqual([1, 0, 0]);
    expect(metricTasks(folder).at(-1)!.name).toBe(task.name);
    rmSync(folder, { recursive: true });
  });

  it('is refused with too few classes, an empty one, or a damaged image, naming the place', () => {
    const folder = make();
    for (const name of ['a', 'b', 'c']) mkdirSync(join(folder, name));
    expect(() => loadImageFolder(folder)).toThrow(`${folder}: must have a folder for each of at least 4 classes, got 3`);
    mkdirSync(join(folder, 'd'));
    expect(() => loadImageFolder(folder)).toThrow(`${join(folder, 'a')}: must hold JPEG or PNG images, got none`);
    writeFileSync(join(folder, 'a', 'x.png'), 'no image');
    expect(() => loadImageFolder(folder)).toThrow(`${join(folder, 'a', 'x.png')}: must be a JPEG or PNG image: `);
    rmSync(folder, { recursive: true });
  });
});
