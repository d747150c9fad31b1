import { createRng, stateDict } from '@mixwell/tensor';
import { randomNormal } from '@mixwell/tensor/tf';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromDisk, toDisk } from '../disk.ts';
import { distance } from '../fixtures.ts';
import { defaultNorm } from '../norm.ts';
import { vit, type VitOptions } from './vit.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const make = (options: Partial<VitOptions> = {}) => vit({ inputShape: [8, 12, 3], classes: 5, patch: 4, dim: 8, depth: 2, heads: 2, ...options });
const images = (rows = 2): tf.Tensor => randomNormal(createRng(3), [rows, 8, 12, 3]);

describe('vit', () => {
  it('has tokens before a grid of patches', () => {
    const tokens = (options: Partial<VitOptions>): number => make(options).stages[1]!.inputShape[0]!;
    expect([tokens({}), tokens({ distilled: true }), tokens({ classToken: false }), tokens({ patch: 2 })]).toEqual([7, 8, 6, 25]);
  });

  it('shows attention of every block whose rows are probabilities', () => {
    const model = make();
    const { taps } = model.run(model.init(createRng(0)), images(), { tap: ['block1.attention', 'block2.attention', 'block2'] });
    expect(Object.keys(taps)).toEqual(['block1.attention', 'block2.attention', 'block2']);
    for (const name of ['block1.attention', 'block2.attention']) {
      expect(taps[name]!.shape).toEqual([2, 2, 7, 7]);
      expect(distance(tf.sum(taps[name]!, -1).dataSync(), Array<number>(28).fill(1))).toBeLessThan(1e-6);
    }
  });

  it('shows inner values of the stages that run, and of no others', () => {
    const model = make();
    const vars = model.init(createRng(0));
    expect(() => model.run(vars, images(), { tap: ['block3.attention'] })).toThrow(/vit: tap must be among what the stages that run show, embed, block1, block1\.attention, .*got 'block3\.attention'/);
    expect(() => model.run(vars, images(), { to: 'block1', tap: ['block2.attention'] })).toThrow(/show, embed, block1, block1\.attention, got/);
  });

  it('owns nothing but its results where attention is among them', () => {
    const model = make();
    const [vars, x] = [model.init(createRng(0)), images()];
    const before = tf.memory().numTensors;
    const { y, taps } = model.run(vars, x, { tap: ['block1.attention'] });
    tf.dispose([y, taps]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('with a distillation token gives the mean of the logits of two heads', () => {
    const model = make({ distilled: true });
    const { y, taps } = model.run(model.init(createRng(0)), images(), { tap: ['head.class', 'head.distillation'] });
    expect(distance(y.dataSync(), tf.mul(tf.add(taps['head.class']!, taps['head.distillation']!), 0.5).dataSync())).toBeLessThan(1e-6);
    expect(Array.from(taps['head.class']!.dataSync())).not.toEqual(Array.from(taps['head.distillation']!.dataSync()));
  });

  it('does not see the order of patches but by their positions', () => {
    const model = make();
    const { params, buffers } = model.init(createRng(0));
    const blind = { params: stateDict([...Object.entries(params), ['pos_embed', tf.zeros([1, 7, 8])]]), buffers };
    const swapped = tf.concat([tf.slice(images(), [0, 4, 0, 0]), tf.slice(images(), [0, 0, 0, 0], [-1, 4, -1, -1])], 1);
    expect(distance(model.run(blind, swapped).y.dataSync(), model.run(blind, images()).y.dataSync())).toBeLessThan(1e-5);
    expect(distance(model.run({ params, buffers }, swapped).y.dataSync(), model.run({ params, buffers }, images()).y.dataSync())).toBeGreaterThan(1e-5);
  });

  it('lets a norm be injected for those of tokens, with ε = 1e-6', () => {
    const model = make();
    const seen: unknown[] = [];
    model.run(model.init(createRng(0)), images(), {
      norm: (call) => {
        seen.push([call.layer, call.kind, call.epsilon, call.x.shape]);
        return defaultNorm(call);
      },
    });
    expect(seen).toEqual(['blocks.0.norm1', 'blocks.0.norm2', 'blocks.1.norm1', 'blocks.1.norm2', 'norm'].map((layer) => [layer, 'token', 1e-6, [2, 7, 8]]));
  });

  it('takes the file of a network for square images of another size', () => {
    const [square, wide] = [make({ inputShape: [8, 8, 3] }), make()];
    const file = toDisk(square, square.init(createRng(0)));
    const { params } = fromDisk(wide, file);
    expect(params['pos_embed']!.shape).toEqual([1, 7, 8]);
    expect(Array.from(tf.slice(params['pos_embed']!, 0, [1, 1, 8]).dataSync())).toEqual(Array.from(file['pos_embed']!.data as Float32Array).slice(0, 8));
    expect(() => fromDisk(square, toDisk(wide, wide.init(createRng(0))))).toThrow(/wrong shape: pos_embed is \[1, 7, 8\], expected \[1, 5, 8\]/);
    expect(() => fromDisk(make({ dim: 16 }), file)).toThrow(/wrong shape: .*pos_embed is \[1, 5, 8\], expected \[1, 7, 16\]/);
  });
});
