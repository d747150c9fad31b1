import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOnnx } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, type LayersModel, model, sequential, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, saveLayersModel, temporaryFolder } from '../fixtures.ts';

const apply = (layer: { apply(x: SymbolicTensor | SymbolicTensor[]): unknown }, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor => layer.apply(x) as SymbolicTensor;

const convolutions = (activation: 'softmax' | 'linear' = 'linear'): LayersModel => sequential({
  layers: [
    layers.conv2d({ inputShape: [12, 12, 1], filters: 4, kernelSize: 3, activation: 'relu', name: 'first' }),
    layers.batchNormalization(),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.dropout({ rate: 0.5 }),
    layers.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same' }),
    layers.flatten(),
    layers.dense({ units: 3, activation, name: 'scores' }),
  ],
});

function twoHeads(): LayersModel {
  const photo = input({ shape: [6, 6, 3], name: 'photo' });
  const facts = input({ shape: [5], name: 'facts' });
  const maps = apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'elu' }), photo);
  const sum = apply(layers.add(), [maps, apply(layers.conv2d({ filters: 4, kernelSize: 1 }), photo)]);
  const features = apply(layers.concatenate(), [apply(layers.globalAveragePooling2d({}), apply(layers.leakyReLU(), sum)), facts]);
  const outputs = [apply(layers.dense({ units: 3, activation: 'softmax', name: 'kind' }), features), apply(layers.dense({ units: 1, name: 'age' }), features)];
  return model({ inputs: [photo, facts], outputs });
}

async function saved(network: LayersModel): Promise<{ path: string; out: string }> {
  const folder = temporaryFolder();
  return { path: await saveLayersModel(join(folder, 'saved'), network), out: join(folder, 'model.onnx') };
}

describe('a LayersModel', () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  it('is exported as it predicts', async () => {
    const { path, out } = await saved(convolutions());
    expect(await run(path, '--out', out, '--inputs-as-nchw', '--softmax', '--temperature', '2', '--labels', 'a,b,c')).toMatchObject({ code: 0 });
    const { graph, metadata } = readOnnx(readFileSync(out));
    expect(graph.inputs).toEqual([{ name: 'first_input', dtype: 'float32', dims: ['batch', 1, 12, 12] }]);
    expect(graph.outputs).toEqual([{ name: 'probabilities', dtype: 'float32', dims: ['batch', 3] }]);
    expect(graph.initializers.map(({ name }) => name)).toContain('scores/kernel');
    expect(metadata).toMatchObject({ 'mixwell.source': expect.stringMatching(/^@tensorflow\/tfjs-layers 4\./) as string, 'mixwell.labels': '["a","b","c"]' });
  });

  it('may have several inputs and outputs', async () => {
    const { path, out } = await saved(twoHeads());
    expect(await run(path, '--out', out)).toMatchObject({ code: 0 });
    const { graph } = readOnnx(readFileSync(out));
    expect(graph.inputs.map(({ name, dims }) => [name, dims])).toEqual([['photo', ['batch', 6, 6, 3]], ['facts', ['batch', 5]]]);
    expect(graph.outputs.map(({ name, dims }) => [name, dims])).toEqual([['kind', ['batch', 3]], ['age', ['batch', 1]]]);
    expect(await run(path, '--out', out, '--softmax')).toMatchObject({ code: 2, stderr: expect.stringContaining('need a model of one output, got kind, age') as string });
  });

  it('may read indices', async () => {
    const { path, out } = await saved(sequential({ layers: [layers.embedding({ inputDim: 11, outputDim: 4, inputLength: 6 }), layers.globalMaxPooling1d({}), layers.dense({ units: 2 })] }));
    expect(await run(path, '--out', out)).toMatchObject({ code: 0 });
  });

  it.each([[], ['--batch', '2']])('may be recurrent: %s', async (...options) => {
    const { path, out } = await saved(sequential({ layers: [layers.gru({ units: 3, inputShape: [4, 2], recurrentInitializer: 'glorotNormal' }), layers.dense({ units: 2 })] }));
    expect(await run(path, '--out', out, ...options)).toMatchObject({ code: 0 });
  });

  it('has its open sizes filled in', async () => {
    const { path, out } = await saved(sequential({ layers: [layers.conv2d({ batchInputShape: [null, null, null, 3], filters: 2, kernelSize: 3 }), layers.globalMaxPooling2d({}), layers.dense({ units: 2 })] }));
    expect(await run(path, '--out', out, '--input-shape', '9,7,3')).toMatchObject({ code: 0 });
    expect(readOnnx(readFileSync(out)).graph.inputs[0]!.dims).toEqual(['batch', 9, 7, 3]);
    expect(await run(path, '--out', out)).toMatchObject({ code: 2, stderr: expect.stringMatching(/--input-shape must be given, since input \w+ of the model is \[batch, \?, \?, 3\]/) as string });
    expect(await run(path, '--out', out, '--input-shape', '9,7,1')).toMatchObject({ code: 2, stderr: expect.stringContaining('--input-shape must fit the model') as string });
  });

  it('that gives probabilities has no logits to scale', async () => {
    const { path, out } = await saved(convolutions('softmax'));
    expect(await run(path, '--out', out, '--temperature', '2')).toMatchObject({ code: 2, stderr: expect.stringContaining('gives probabilities already') as string });
  });

  it.each<[string, (path: string) => void, string]>([
    ['no JSON', (path) => writeFileSync(path, '{'), 'must be JSON: '],
    ['another JSON', (path) => writeFileSync(path, '[]'), 'must be a LayersModel or GraphModel of TensorFlow.js, with modelTopology and weightsManifest'],
    ['a cut file of weights', (path) => writeFileSync(join(dirname(path), 'shard2.bin'), 'abc'), 'bytes for 11 weights, got'],
    ['paths that leave the folder', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('./shard1.bin', '../shard1.bin')), 'must name files beside it, got ../shard1.bin'],
    ['an unknown layer', (path) => writeFileSync(path, readFileSync(path, 'utf8').replaceAll('SeparableConv2D', 'Whatever')), 'Unknown layer: Whatever'],
  ])('is refused where it has %s', async (_, damage, message) => {
    const { path, out } = await saved(convolutions());
    damage(path);
    const { code, stderr } = await run(path, '--out', out);
    expect([code, stderr.split('\n').at(-2)]).toEqual([1, expect.stringContaining(message)]);
  });

  it('says itself what it is', async () => {
    expect(await run('model.json', '--out', 'x.onnx', '--arch', 'mlp')).toMatchObject({ code: 2, stderr: expect.stringContaining('--arch is for .safetensors files') as string });
  });
});
