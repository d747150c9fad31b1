import { applyCalibrator, fitDirichlet, fitOneVsRest, fitTemperature, fitTopLabel } from '@mixwell/calibration';
import { createRng, hostTensor, normal, toHost } from '@mixwell/tensor';
import { readOnnx } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ExportOptions, exportOnnx } from './export-onnx.ts';
import { network } from './fixtures.ts';
import { ParityError } from './parity/check-parity.ts';
import { openRuntime } from './runtime/open-runtime.ts';
import { modelSource } from './source/model-source.ts';
import type { ExportSource } from './source/source.ts';

const networks: readonly [string, Readonly<Record<string, unknown>>][] = [
  ['linear', { inputShape: [12], classes: 5 }],
  ['mlp', { inputShape: [6, 6, 2], classes: 3, hidden: [8], activation: 'tanh' }],
  ['lenet', { inputShape: [28, 28, 1], classes: 10 }],
  ['convnet', { inputShape: [28, 28, 1], classes: 10, width: 8 }],
  ['convnet', { inputShape: [16, 16, 3], classes: 4, width: 8, norm: 'batch', pooling: 'max' }],
  ['convnet', { inputShape: [16, 16, 3], classes: 4, width: 8, norm: 'group', activation: 'sigmoid' }],
  ['convnet', { inputShape: [16, 16, 3], classes: 4, width: 8, norm: 'layer', activation: 'leakyRelu' }],
  ['convnet', { inputShape: [8, 8, 3], classes: 4, width: 4, depth: 2, norm: 'none', pooling: 'none' }],
  ['resnet18', { inputShape: [16, 16, 3], classes: 10, width: 8 }],
];

const small = (): ExportSource => {
  const { model, vars } = network('convnet', { inputShape: [8, 8, 3], classes: 4, width: 4, depth: 1, norm: 'batch' });
  return modelSource(model, vars);
};

/** A network that is no function: at each call it gives something else. */
const changing = (change: (y: tf.Tensor, call: number) => tf.Tensor): ExportSource => {
  let call = 0;
  const source = small();
  return { ...source, run: (inputs) => source.run(inputs).map((y) => change(y, call++)) };
};

describe('exportOnnx', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(networks)('writes a %s %j that does what the network does', async (name, options) => {
    const { model, vars } = network(name, options);
    const { parity, model: file } = await exportOnnx(modelSource(model, vars));
    expect(parity).toMatchObject({ passed: true, atol: 1e-4 });
    expect(parity.checks.map(({ inputs, batch }) => `${inputs} ${batch}`)).toEqual(['zeros 1', 'uniform 1', 'normal 5', 'large 1']);
    expect(file.graph.inputs).toEqual([{ name: 'input', dtype: 'float32', dims: ['batch', ...model.inputShape] }]);
    expect(file.graph.outputs).toEqual([{ name: 'logits', dtype: 'float32', dims: ['batch', model.classes] }]);
  });

  it('gives inputs of any batch size what the network gives', async () => {
    const { model, vars } = network('resnet18', { inputShape: [12, 12, 3], classes: 6, width: 4 });
    const { bytes, runtime } = await exportOnnx(modelSource(model, vars));
    const session = await runtime.load(bytes);
    for (const batch of [2, 3, 13]) {
      const images = tf.tensor(Float32Array.from({ length: batch * 432 }, (_, i) => Math.sin(i)), [batch, 12, 12, 3]);
      const { logits } = await session.run({ input: toHost(images) });
      const expected = model.run(vars, images).y;
      expect(logits!.shape).toEqual([batch, 6]);
      expect(tf.max(tf.abs(tf.sub(expected, tf.tensor(logits!.data as Float32Array, [batch, 6])))).dataSync()[0]).toBeLessThan(1e-5);
    }
    await session.release();
  });

  it('writes images as PyTorch has them', async () => {
    const { model, parity, cases } = await exportOnnx(small(), { inputsAsNchw: true });
    expect(model.graph.inputs[0]!.dims).toEqual(['batch', 3, 8, 8]);
    expect(model.graph.nodes.map(({ op }) => op)).not.toContain('Transpose');
    expect(cases[2]!.feeds['input']!.shape).toEqual([5, 3, 8, 8]);
    expect(parity.passed).toBe(true);
  });

  it('fixes the batch', async () => {
    const { model, parity } = await exportOnnx(small(), { batch: 3 });
    expect([model.graph.inputs[0]!.dims, model.graph.outputs[0]!.dims]).toEqual([[3, 8, 8, 3], [3, 4]]);
    expect(parity.checks.map(({ batch }) => batch)).toEqual([3, 3, 3, 3]);
  });

  it('names the batch axis, inputs and outputs as asked', async () => {
    const { model } = await exportOnnx(small(), { batch: 'N', inputNames: ['image'], outputNames: ['scores'] });
    expect(model.graph.inputs[0]).toMatchObject({ name: 'image', dims: ['N', 8, 8, 3] });
    expect(model.graph.outputs[0]).toMatchObject({ name: 'scores', dims: ['N', 4] });
  });

  it('keeps the names of the weights', async () => {
    const { model } = await exportOnnx(small());
    expect(model.graph.initializers.map(({ name }) => name)).toEqual(expect.arrayContaining(['features.0.weight', 'classifier.weight', 'classifier.bias']));
  });

  it('bakes in a temperature and a softmax', async () => {
    const source = small();
    const { bytes, runtime, model, logitsParity } = await exportOnnx(source, { temperature: 1.7, softmax: true });
    expect(model.graph.outputs[0]!.name).toBe('probabilities');
    expect(logitsParity).toMatchObject({ passed: true, checks: [{}, {}, {}, {}] });
    expect(Number(model.metadata!['mixwell.parity.logits_max_abs_diff'])).toBe(logitsParity!.maxAbsDiff);
    const image = hostTensor('float32', [1, 8, 8, 3], Float32Array.from({ length: 192 }, (_, i) => Math.cos(i)));
    const session = await runtime.load(bytes);
    const { probabilities } = await session.run({ input: image });
    await session.release();
    const [logits] = source.run([tf.tensor(image.data, [1, 8, 8, 3])]);
    const scores = [...logits!.dataSync()].map((logit) => Math.exp(logit / 1.7));
    const sum = scores.reduce((a, b) => a + b);
    [...(probabilities!.data as Float32Array)].forEach((probability, i) => expect(probability).toBeCloseTo(scores[i]! / sum, 6));
  });

  it('appends a calibrator', async () => {
    const source = small();
    const rng = createRng(3);
    const logits = hostTensor('float64', [200, 4], Float64Array.from({ length: 800 }, () => normal(rng)));
    const labels = Int32Array.from({ length: 200 }, (_, n) => (n % 3 === 0 ? n % 4 : logits.data.subarray(4 * n, 4 * n + 4).indexOf(Math.max(...logits.data.subarray(4 * n, 4 * n + 4)))));
    for (const calibrator of [fitTemperature(logits, labels), fitDirichlet({ logits }, labels), fitOneVsRest('isotonic', { logits }, labels)]) {
      const { bytes, runtime, model, parity, logitsParity } = await exportOnnx(source, { calibrator, outputNames: ['p'] });
      expect([parity.passed, logitsParity!.passed]).toEqual([true, true]);
      expect(model).toMatchObject({ metadata: { 'mixwell.calibrator': calibrator.type, 'mixwell.softmax': 'false' }, graph: { outputs: [{ name: 'p', dtype: 'float32', dims: ['batch', 4] }] } });
      const images = hostTensor('float32', [3, 8, 8, 3], Float32Array.from({ length: 576 }, (_, i) => Math.cos(i * i)));
      const session = await runtime.load(bytes);
      const { p } = await session.run({ input: images });
      await session.release();
      const expected = applyCalibrator(calibrator, { logits: source.run([tf.tensor(images.data, [3, 8, 8, 3])])[0]! });
      expected.data.forEach((q, i) => expect((p!.data as Float32Array)[i]).toBeCloseTo(q, 5));
    }
    await expect(exportOnnx(source, { calibrator: fitTemperature(logits, labels), softmax: true })).rejects.toThrow('exportOnnx: calibrator must not be given together with temperature or softmax');
    await expect(exportOnnx(source, { calibrator: fitTopLabel('platt', { logits }, labels) })).rejects.toThrow('must not be of type top-label');
  });

  it.each([17, 18, 21, 26])('writes opset %i', async (opset) => {
    const { model, parity } = await exportOnnx(small(), { opset, softmax: true });
    expect(model.opset).toEqual({ '': opset });
    expect(parity.passed).toBe(true);
  });

  it('describes itself', async () => {
    const { bytes, parity } = await exportOnnx(small(), {
      inputsAsNchw: true, temperature: 2, labels: ['a', 'b', 'c', 'd'], mean: [0.1, 0.2, 0.3], std: [1], metadata: { author: 'me' },
    });
    const { producerName, producerVersion, doc, irVersion, metadata, graph } = readOnnx(bytes);
    expect({ producerName, doc, irVersion, name: graph.name }).toEqual({ producerName: '@mixwell/onnx-export', doc: expect.stringContaining('convnet: logits of input') as string, irVersion: 8, name: 'convnet' });
    expect(producerVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(metadata).toMatchObject({
      'mixwell.architecture': 'convnet', 'mixwell.opset': '17', 'mixwell.layout': 'NCHW', 'mixwell.temperature': '2', 'mixwell.softmax': 'false', 'mixwell.labels': '["a","b","c","d"]',
      'mixwell.mean': '[0.1,0.2,0.3]', 'mixwell.std': '[1]', 'mixwell.parity.atol': '0.0001', 'author': 'me',
    });
    expect(JSON.parse(metadata!['mixwell.options']!)).toMatchObject({ inputShape: [8, 8, 3], width: 4, norm: 'batch' });
    expect(Number(metadata!['mixwell.parity.max_abs_diff'])).toBe(parity.maxAbsDiff);
    expect(metadata!['mixwell.parity.runtime']).toMatch(/^onnxruntime-node 1\./);
    expect(JSON.parse(metadata!['mixwell.parity.checks']!)).toHaveLength(4);
  });

  it('is checked in WebAssembly as well', async () => {
    const runtime = await openRuntime(['onnxruntime-web']);
    const { parity } = await exportOnnx(small(), { runtime });
    expect(parity.passed).toBe(true);
    expect(parity.runtime).toMatch(/^onnxruntime-web 1\./);
  });

  it('fails loudly above the tolerance, naming the worst inputs', async () => {
    const error = await exportOnnx(small(), { atol: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ParityError);
    expect((error as Error).message).toMatch(/of 4 checks failed: \w+ inputs, batch \d: largest difference \S+, allowed 0: \S+ of the largest output, which float32 rounding explains/);
    expect((error as ParityError).parity.passed).toBe(false);
  });

  it('finds a file that does something else', async () => {
    // the file adds what the traces add; every later run adds more
    await expect(exportOnnx(changing((y, call) => tf.add(y, call < 4 ? 0 : 0.5)))).rejects.toThrow(/checks failed: .*largest difference 5.0e-1, allowed 1.0e-4$/);
  });

  it('finds logits that differ where probabilities do not', async () => {
    // six traces of the two files see logits that are sure of the first class; TensorFlow.js's CPU back end sees it even more sure
    const sure = (more: number): tf.Tensor => tf.tensor2d([[1000 + more, 0, 0, 0]]);
    const error = await exportOnnx(changing((y, call) => tf.add(tf.mul(y, 0), sure(call < 3 || call > 7 ? 0 : 1))), { softmax: true }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(/checks failed before the softmax: \w+ inputs, batch \d: largest difference 1.0e\+0/);
  });

  it('finds a network that gives NaN', async () => {
    await expect(exportOnnx(changing((y, call) => (call < 6 ? y : tf.div(tf.sub(y, y), 0))))).rejects.toThrow('the network itself gives NaN at element 0');
  });

  it('finds weights that are not finite', async () => {
    const source = small();
    const weights = { ...source.weights, 'classifier.bias': tf.tensor1d([0, 1, Number.NaN, 3]) };
    await expect(exportOnnx({ ...source, weights })).rejects.toThrow('weights must be finite, got NaN at element 2 of classifier.bias');
  });

  it.each<[ExportOptions, string]>([
    [{ atol: -1 }, 'atol must be a number >= 0, got -1'],
    [{ temperature: 0 }, 'temperature must be a number > 0, got 0'],
    [{ labels: ['a'] }, 'labels must be 4, one per class, got 1'],
    [{ mean: [1, 2] }, 'mean must be one number, or one per channel (3), got 2'],
    [{ std: [0] }, 'std must be finite and > 0, got 0'],
    [{ metadata: { 'mixwell.x': 'y' } }, "metadata keys must not be empty or begin with 'mixwell.', got 'mixwell.x'"],
    [{ inputNames: ['a', 'b'] }, 'inputNames must be 1 (input), got a, b'],
    [{ outputNames: ['input'] }, "names of inputs and outputs must differ, got 'input' twice"],
  ])('refuses %j', async (options, message) => {
    await expect(exportOnnx(small(), options)).rejects.toThrow(message);
  });

  it('refuses channels first where there are no images', async () => {
    const { model, vars } = network('linear', { inputShape: [12], classes: 5 });
    await expect(exportOnnx(modelSource(model, vars), { inputsAsNchw: true })).rejects.toThrow('inputsAsNchw needs an input [height, width, channels], got [12]');
  });

  it('leaves no tensors behind, and the back end as it was', async () => {
    await tf.setBackend('onnxruntime');
    const { model, vars } = network('convnet', { inputShape: [8, 8, 3], classes: 4, width: 4, depth: 1 });
    const images = tf.tensor(Float32Array.from({ length: 192 }, (_, i) => Math.cos(i)), [1, 8, 8, 3]);
    const before = tf.tidy(() => model.run(vars, images).y.dataSync());
    const count = tf.memory().numTensors;
    await exportOnnx(modelSource(model, vars), { softmax: true, inputsAsNchw: true });
    expect(tf.memory().numTensors).toBe(count);
    expect(tf.getBackend()).toBe('onnxruntime');
    expect(tf.tidy(() => model.run(vars, images).y.dataSync())).toEqual(before);
    await tf.setBackend('cpu');
  });

  it('gives the same bytes twice', async () => {
    const [a, b] = [await exportOnnx(small()), await exportOnnx(small())];
    expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
  });
});
