import * as tf from '@tensorflow/tfjs-core';
import * as kernelNames from '@tensorflow/tfjs-core/dist/kernel_names';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BACKEND_NAME, kernelReport, type OnnxRuntimeBackend, resetKernelReport } from '../index.ts';
import { fallbackKernels, uncoveredCalls } from '../kernels/fallbacks.ts';
import { type Case, f, i } from '../kernels/parity-operands.ts';
import { expectSame, runCase, titleOf } from '../kernels/run-case.ts';
import { kernelTable } from '../kernels/table.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));
afterEach(() => { vi.restoreAllMocks(); });

const backend = (): OnnxRuntimeBackend => tf.backend() as OnnxRuntimeBackend;

describe('every kernel of TensorFlow.js', () => {
  /** Names that no operation of TensorFlow.js calls: they are made of others. FromPixels and Draw need a browser. */
  const composed = ['BroadcastTo', 'FromPixels', 'LogicalXor', 'LowerBound', 'MatrixBandPart', 'Pool', 'UpperBound'];

  it('has a row in the table or a place in the list of fallbacks, not both', () => {
    const names: string[] = Object.values(kernelNames);
    const listed = [...Object.keys(kernelTable), ...Object.keys(fallbackKernels)];
    expect(names.filter((name) => !listed.includes(name) && !composed.includes(name))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
    expect(Object.keys(fallbackKernels).filter((name) => !tf.getKernel(name, 'cpu'))).toEqual([]);
    expect(tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName).filter((name) => !listed.includes(name))).toEqual([]);
  });

  it('is registered for the back end', () => {
    const registered = tf.getKernelsForBackend(BACKEND_NAME).map(({ kernelName }) => kernelName);
    expect([...Object.keys(kernelTable), ...Object.keys(fallbackKernels)].filter((name) => !registered.includes(name))).toEqual([]);
  });
});

describe('calls that no row covers', () => {
  const tall = { strides: [2, 1], pad: 1, dataFormat: 'NHWC', dilations: 1 };
  const outside = { filterSize: 1, strides: 2, pad: 1 };
  const image = f([1, 5, 5, 2]);
  const cases: readonly Case[] = [
    { kernel: 'Conv2D', inputs: { x: f([2, 7, 6, 2]), filter: f([3, 1, 2, 3]) }, attrs: tall },
    { kernel: 'FusedConv2D', inputs: { x: f([2, 7, 6, 2]), filter: f([3, 1, 2, 3]), bias: f([3]) }, attrs: { ...tall, activation: 'relu' } },
    { kernel: 'DepthwiseConv2dNative', inputs: { x: f([2, 7, 6, 2]), filter: f([3, 1, 2, 1]) }, attrs: tall },
    { kernel: 'MaxPool', inputs: { x: image }, attrs: outside },
    { kernel: 'AvgPool', inputs: { x: image }, attrs: outside },
    { kernel: 'MaxPoolWithArgmax', inputs: { x: i([1, 4, 4, 2]) }, attrs: { filterSize: 2, strides: 2, pad: 'valid', includeBatchInIndex: false } },
  ];

  it.each(cases.map((one) => [titleOf(one), one] as const))('%s equals the CPU back end, and cannot be compiled', async (_, one) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await tf.setBackend('cpu');
    const expected = runCase(one);
    await tf.setBackend(BACKEND_NAME);
    expectSame(runCase(one), expected, 1e-5);
    expect(() => runCase(one, (call) => backend().compile(call))).toThrow(uncoveredCalls[one.kernel]);
  });
});

describe('a kernel without an ONNX form', () => {
  it('under compile is an error that names the kernel, its operands and attributes, the reason and a way out', () => {
    const spectrum = backend().compile(function spectrum(x: tf.Tensor) { return tf.bincount(x as tf.Tensor1D, tf.zeros([0]), 4); });
    expect(() => spectrum(tf.tensor1d([1, 2], 'int32'))).toThrow(
      'onnxruntime: spectrum: kernel Bincount(x: int32[2], weights: float32[0], {"size":4}) has no ONNX form, so it cannot be part of a compiled or exported function: ONNX has no such operator. Compute it before or after',
    );
  });

  it('of constants is part of the constants of a traced function', () => {
    const compiled = backend().compile((x: tf.Tensor) => tf.add(x, tf.bincount(tf.tensor1d([1, 1, 3], 'int32'), tf.zeros([0]), 4)));
    expect(Array.from(compiled(tf.ones([4])).dataSync())).toEqual([1, 3, 1, 2]);
  });

  it('takes lists among its operands', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { outputNestedSplits, outputDenseValues } = tf.raggedGather([tf.tensor1d([0, 3, 3, 5, 6], 'int32')], tf.tensor1d([1, 2, 3, 4, 5, 6]), tf.tensor1d([2, 0], 'int32'), 1) as unknown as { outputNestedSplits: tf.Tensor[]; outputDenseValues: tf.Tensor };
    expect(outputNestedSplits.map((splits) => Array.from(splits.dataSync()))).toEqual([[0, 2, 5]]);
    expect(Array.from(outputDenseValues.dataSync())).toEqual([4, 5, 1, 2, 3]);
  });

  it('leaves nothing behind when it throws', () => {
    const before = { ...tf.memory(), ids: backend().numDataIds(), cpu: tf.findBackend('cpu').numDataIds() };
    tf.tidy(() => { expect(() => tf.sparse.sparseReshape(tf.tensor2d([[0, 1]], undefined, 'int32'), tf.tensor1d([2, 3], 'int32'), tf.tensor1d([7], 'int32'))).toThrow(); });
    expect({ ...tf.memory(), ids: backend().numDataIds(), cpu: tf.findBackend('cpu').numDataIds() }).toEqual(before);
  });
});

describe('the report', () => {
  it('says how often each kernel ran where, and why on the CPU', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    resetKernelReport();
    const double = backend().compile((x: tf.Tensor) => tf.mul(x, 2));
    tf.tidy(() => {
      for (let k = 0; k < 3; k++) double(tf.ones([4])).dataSync();
      tf.relu(tf.sub(tf.ones([2]), 3)).dataSync();
      tf.exp(tf.ones([2]));
      tf.bincount(tf.tensor1d([1, 2], 'int32'), tf.zeros([0]), 4).dataSync();
    });
    expect(kernelReport().filter(({ kernel }) => kernel !== 'Fill')).toEqual([
      { kernel: 'Bincount', graph: 0, fallback: 1, reason: 'ONNX has no such operator' },
      { kernel: 'Multiply', graph: 3, fallback: 0 },
      { kernel: 'Relu', graph: 1, fallback: 0 },
      { kernel: 'Sub', graph: 1, fallback: 0 },
    ]);
    resetKernelReport();
    expect(kernelReport()).toEqual([]);
  });
});
