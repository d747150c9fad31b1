import { createRng, hostTensor, stateDict, type HostTensor } from '@mixwell/tensor';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convNetD } from './conv-net-d.ts';
import { fromDiskLayout, toDiskLayout } from './disk-layout.ts';
import { fromDisk, toDisk } from './disk.ts';
import type { DiskLayout } from './variable.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const counting = (...shape: number[]): HostTensor<'float32'> => hostTensor('float32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i));

describe('disk layouts', () => {
  it('are HWIO to OIHW, [in, out] to [out, in], rows of a flattened map from HWC to CHW order', () => {
    const conv = toDiskLayout(counting(2, 3, 4, 5), 'conv', 'w');
    expect(conv.shape).toEqual([5, 4, 2, 3]);
    for (let o = 0; o < 5; o++) for (let i = 0; i < 4; i++) for (let h = 0; h < 2; h++) for (let w = 0; w < 3; w++) {
      expect(conv.data[((o * 4 + i) * 2 + h) * 3 + w]).toBe(((h * 3 + w) * 4 + i) * 5 + o);
    }
    const flatten = toDiskLayout(counting(24, 5), { flatten: [4, 2, 3] }, 'w');
    expect(flatten.shape).toEqual([5, 24]);
    for (let o = 0; o < 5; o++) for (let c = 0; c < 4; c++) for (let h = 0; h < 2; h++) for (let w = 0; w < 3; w++) {
      expect(flatten.data[o * 24 + (c * 2 + h) * 3 + w]).toBe(((h * 3 + w) * 4 + c) * 5 + o);
    }
    expect(toDiskLayout(counting(2, 3), 'linear', 'w')).toMatchObject({ shape: [3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) });
    expect(toDiskLayout(counting(1, 2, 2), { map: [2, 1, 2] }, 'w')).toMatchObject({ shape: [2, 1, 2], data: Float32Array.of(0, 2, 1, 3) });
  });

  it.each<[readonly number[], DiskLayout]>([
    [[3, 2, 4, 5], 'conv'],
    [[3, 2], 'linear'],
    [[7], 'plain'],
    [[24, 2], { flatten: [4, 2, 3] }],
    [[2, 3, 4], { map: [4, 2, 3] }],
  ])('come back from disk: %j as %j', (shape, layout) => {
    const x = counting(...shape);
    expect(fromDiskLayout(toDiskLayout(x, layout, 'w'), shape, layout, 'w')).toEqual(x);
  });

  it('keep the element type, 64-bit integers too', () => {
    const x = hostTensor('int64', [2, 2], BigInt64Array.of(1n, 2n, 3n, 4n));
    expect(toDiskLayout(x, 'linear', 'w').data).toEqual(BigInt64Array.of(1n, 3n, 2n, 4n));
  });

  it('are refused when unknown, or where they do not fit', () => {
    for (const layout of [undefined, 'dense', {}, null, { flatten: [2, 1, 1] }] as unknown as DiskLayout[]) {
      expect(() => toDiskLayout(counting(4, 4), layout, 'fc.weight')).toThrow(/fc\.weight: the layout must be known and fit shape \[4, 4\], got /);
    }
    expect(() => toDiskLayout(counting(4, 4), 'conv', 'fc.weight')).toThrow(RangeError);
  });
});

describe('fromDisk and toDisk', () => {
  const model = convNetD({ inputShape: [8, 6, 1], classes: 3, width: 4, depth: 2, norm: 'batch' });
  const file = (): Record<string, HostTensor> => ({ ...toDisk(model, model.init(createRng(0))) });

  it('name every key that is missing, unexpected, wrongly shaped or no float, at once', () => {
    const broken = file();
    delete broken['features.0.weight'];
    delete broken['features.5.running_var'];
    broken['extra.weight'] = hostTensor('float32', [1], Float32Array.of(1));
    broken['classifier.weight'] = hostTensor('float32', [8, 3], new Float32Array(24));
    broken['classifier.bias'] = hostTensor('int32', [3], new Int32Array(3));
    const message = (): string => {
      try {
        fromDisk(model, stateDict(Object.entries(broken)));
        return 'no error';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message().split('\n  ').slice(1)).toEqual([
      'missing: features.0.weight, features.5.running_var',
      'unexpected: extra.weight',
      'wrong shape: classifier.weight is [8, 3], expected [3, 8]',
      'not floating-point: classifier.bias is int32',
    ]);
    expect(message()).toMatch(/^fromDisk: the tensors must be those of convnet \(\{"inputShape":\[8,6,1\]/);
  });

  it('take a file with or without the counters of batch norms, and write them as int64', () => {
    const without = Object.fromEntries(Object.entries(file()).filter(([name]) => !name.endsWith('num_batches_tracked')));
    expect(Object.keys(file()).filter((name) => name.endsWith('num_batches_tracked'))).toEqual(['features.1.num_batches_tracked', 'features.5.num_batches_tracked']);
    expect(file()['features.1.num_batches_tracked']).toEqual(hostTensor('int64', [], new BigInt64Array(1)));
    expect(Object.keys(fromDisk(model, stateDict(Object.entries(without))).buffers)).toEqual(['features.1.running_mean', 'features.1.running_var', 'features.5.running_mean', 'features.5.running_var']);
  });

  it('refuse to write variables that are not the model\'s', () => {
    const { params, buffers } = model.init(createRng(0));
    const { 'classifier.bias': _, ...rest } = params;
    expect(() => toDisk(model, { params: stateDict([...Object.entries(rest), ['bias', tf.zeros([3])]]), buffers })).toThrow(/missing: classifier\.bias\n {2}unexpected: bias/);
    expect(() => toDisk(model, { params: stateDict([...Object.entries(rest), ['classifier.bias', tf.zeros([4])]]), buffers })).toThrow(/wrong shape: classifier\.bias is \[4\], expected \[3\]/);
  });

  it('read half precision', () => {
    const half = stateDict(Object.entries(file()).map(([name, x]): [string, HostTensor] => [name, name === 'classifier.bias' ? hostTensor('float16', [3], Uint16Array.of(0x3c00, 0xc000, 0x3800)) : x]));
    expect(Array.from(fromDisk(model, half).params['classifier.bias']!.dataSync())).toEqual([1, -2, 0.5]);
  });
});
