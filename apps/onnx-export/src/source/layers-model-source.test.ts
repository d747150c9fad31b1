import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OnnxModel, readOnnx } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from '../export-onnx.ts';
import { layersModels } from '../fixtures/layers-models.ts';
import { run, saveLayersModel, temporaryFolder } from '../fixtures.ts';
import { checkParity } from '../parity/check-parity.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { layersModelSource } from './layers-model-source.ts';

const operators = ({ graph }: OnnxModel): string[] => graph.nodes.map(({ op }) => op);
const transposes = (model: OnnxModel): number => operators(model).filter((op) => op === 'Transpose').length;

describe('a LayersModel', () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  it.each(Object.keys(layersModels))('of %s is exported with an open batch, and gives the same numbers in both runtimes', async (name) => {
    const { bytes, cases, parity, model } = await exportOnnx(layersModelSource(layersModels[name]!()));
    expect(model.graph.inputs.every(({ dims }) => dims![0] === 'batch')).toBe(true);
    expect(Object.keys(model.opset)).toEqual(['']);
    const web = await checkParity(bytes, cases, { runtime: await openRuntime(['onnxruntime-web']), atol: parity.atol });
    expect([parity.passed, web.passed, web.maxAbsDiff < 1e-4]).toEqual([true, true, true]);
  });

  it('has the operators that one would write by hand', async () => {
    expect(operators((await exportOnnx(layersModelSource(layersModels['perceptron']!()))).model)).toEqual(['MatMul', 'Add', 'Relu', 'MatMul', 'Add', 'Softmax']);
    const { model } = await exportOnnx(layersModelSource(layersModels['classifier']!()), { inputsAsNchw: true });
    expect(operators(model)).toEqual(['Conv', 'Relu', 'MaxPool', 'Reshape', 'MatMul', 'Add', 'Relu', 'MatMul', 'Add']);
  });

  it.each(['classifier', 'mobile', 'residual'])('of %s moves NHWC images once, and NCHW images never', async (name) => {
    const source = layersModelSource(layersModels[name]!());
    expect(transposes((await exportOnnx(source)).model)).toBe(1);
    expect(transposes((await exportOnnx(source, { inputsAsNchw: true })).model)).toBe(0);
  });

  it.each(['bidirectional', 'residual'])('of %s comes back from its files', async (name) => {
    const folder = temporaryFolder();
    const [path, out] = [await saveLayersModel(join(folder, 'saved'), layersModels[name]!()), join(folder, 'model.onnx')];
    expect(await run(path, '--out', out)).toMatchObject({ code: 0 });
    expect(readOnnx(readFileSync(out)).graph.inputs[0]!.dims![0]).toBe('batch');
  });
});
