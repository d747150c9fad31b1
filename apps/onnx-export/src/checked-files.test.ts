import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkOnnxFiles, onnxPython } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildModel } from './build-model.ts';
import { describe as describeFile } from './description.ts';
import { convolutionGraph, saveGraphModel, twoHeadedGraph } from './fixtures/graph-model.ts';
import { layersModels } from './fixtures/layers-models.ts';
import { network, temporaryFolder } from './fixtures.ts';
import { modelFiles, writeData } from './runtime/model-files.ts';
import { openRuntime } from './runtime/open-runtime.ts';
import { layersModelSource } from './source/layers-model-source.ts';
import { modelSource } from './source/model-source.ts';
import { readSource } from './source/read-source.ts';
import type { ExportSource } from './source/source.ts';

const images = { inputShape: [32, 32, 3], classes: 4 } as const;

/** Architectures of @mixwell/models, small. */
const architectures: readonly [string, Readonly<Record<string, unknown>>][] = [
  ['convnet', { ...images, width: 4 }], ['lenet', { inputShape: [28, 28, 1], classes: 10 }], ['linear', { inputShape: [12], classes: 5 }], ['mlp', { inputShape: [12], classes: 3, hidden: [8] }],
  ['resnet18', { ...images, width: 4 }], ['wideresnet', { ...images, depth: 10, widen: 1 }], ['vit', { ...images, patch: 8, dim: 12, depth: 1, heads: 2 }],
];

async function sources(folder: string): Promise<readonly [string, ExportSource][]> {
  const graphs = Object.entries({ convolutionGraph: convolutionGraph(), twoHeadedGraph: twoHeadedGraph() });
  return [
    ...architectures.map(([name, options]): [string, ExportSource] => {
      const { model, vars } = network(name, options);
      return [name, modelSource(model, vars)];
    }),
    ...Object.entries(layersModels).map(([name, make]): [string, ExportSource] => [name, layersModelSource(make())]),
    ...await Promise.all(graphs.map(async ([name, graph]): Promise<[string, ExportSource]> => [name, await readSource(saveGraphModel(join(folder, name), graph), {})])),
  ];
}

describe('exported files', () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  it.skipIf(onnxPython === undefined)("pass ONNX's checker with full shape inference", async () => {
    const folder = temporaryFolder();
    const paths: string[] = [];
    for (const [name, source] of await sources(folder)) {
      for (const inputsAsNchw of source.inputs.some(({ shape }) => shape.length === 3) ? [false, true] : [false]) {
        const path = join(folder, `${name}-${String(inputsAsNchw)}.onnx`);
        const { bytes, data } = modelFiles(buildModel(source, { inputsAsNchw }, describeFile(source, {})), 4096, `${name}-${String(inputsAsNchw)}.data`);
        writeFileSync(path, bytes);
        if (data) await writeData(join(folder, data.location), data);
        paths.push(path);
      }
    }
    expect(checkOnnxFiles(paths)).toEqual([]);
  });

  it.each(architectures.filter(([, { inputShape }]) => (inputShape as number[]).length === 3))('of %s move NHWC images at most once, and NCHW images never (but tokens once)', (name, options) => {
    const { model, vars } = network(name, options);
    const source = modelSource(model, vars);
    const moves = (inputsAsNchw: boolean): number => buildModel(source, { inputsAsNchw }, describeFile(source, {})).graph.nodes
      .filter(({ op, attrs }) => op === 'Transpose' && ['[0,3,1,2]', '[0,2,3,1]'].includes(JSON.stringify(attrs!['perm']))).length;
    expect([moves(true), moves(false) <= 1]).toEqual([name === 'vit' ? 1 : 0, true]);
  });

  it('are checked in runtimes of the same version', async () => {
    const [node, web] = [await openRuntime(['onnxruntime-node']), await openRuntime(['onnxruntime-web'])];
    expect(node.version).toBe(web.version);
  });
});
