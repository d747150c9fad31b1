import { createModel, type Architecture } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { readOnnx } from '@mixwell/tfjs-onnx';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from './export-onnx.ts';
import { modelSource } from './source/model-source.ts';

const networks: readonly [Architecture, object][] = [
  ['mlp', { inputShape: [6, 6, 2], classes: 3, hidden: [8] }],
  ['lenet', { inputShape: [28, 28, 1], classes: 10 }],
  ['convnet', { inputShape: [28, 28, 1], classes: 10, width: 8 }],
  ['convnet', { inputShape: [16, 16, 3], classes: 4, width: 8, norm: 'batch' }],
  ['convnet', { inputShape: [16, 16, 3], classes: 4, width: 8, norm: 'group', pooling: 'max' }],
  ['convnet', { inputShape: [16, 16, 3], classes: 4, width: 8, norm: 'layer', activation: 'leakyRelu' }],
  ['linear', { inputShape: [12], classes: 5 }],
  ['resnet18', { inputShape: [16, 16, 3], classes: 10, width: 8 }],
];
describe('exportOnnx', () => {
  it.each(networks)('%s %j', async (name, options) => {
    const model = createModel(name, options as never);
    const vars = model.init(createRng(1));
    for (const inputsAsNchw of [false, model.inputShape.length===3]) {
    const { bytes, parity } = await exportOnnx(modelSource(model, vars), { softmax: true, temperature: 1.7, inputsAsNchw });
    const f = readOnnx(bytes);
    console.log(f.graph.nodes.map(n=>n.op).join(' '), f.graph.inputs, parity.maxAbsDiff, parity.checks.map(c=>c.maxAbsDiff));
    expect(parity.passed).toBe(true);
    }
  });
});
