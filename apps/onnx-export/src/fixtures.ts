import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModel, type Model, toDisk, type Variables } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { saveStateDict } from '@mixwell/tensor/node';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { onTestFinished } from 'vitest';
import { main } from './cli/main.ts';

/** An empty folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mixwell-onnx-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The command, run in this process. */
export async function run(...argv: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const code = await main(argv, { stdout: (text) => { stdout += text; }, stderr: (text) => { stderr += text; } });
  return { code, stdout, stderr };
}

/** A network with drawn values, its running statistics and norms moved from where they begin. */
export function network(name: string, options: Readonly<Record<string, unknown>>): { readonly model: Model; readonly vars: Variables } {
  const model = createModel(name, options);
  const { params, buffers } = model.init(createRng(1));
  const moved = Object.entries(buffers).map(([key, value], i) => [key, tf.add(value, 0.1 + 0.01 * i)]);
  return { model, vars: { params, buffers: Object.fromEntries(moved) as Variables['buffers'] } };
}

/** Saves a network as a safetensors file. */
export async function saveNetwork(path: string, { model, vars }: ReturnType<typeof network>, metadata: Readonly<Record<string, string>> = {}): Promise<void> {
  await saveStateDict(path, toDisk(model, vars), metadata);
}

/** Saves a LayersModel as TensorFlow.js does in a folder, its weights in two files. Gives the path of the model.json. */
export async function saveLayersModel(folder: string, model: LayersModel): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await model.save({
    async save({ modelTopology, format, weightSpecs = [], weightData }) {
      const bytes = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData));
      const half = bytes.length >> 1;
      writeFileSync(join(folder, 'shard1.bin'), bytes.subarray(0, half));
      writeFileSync(join(folder, 'shard2.bin'), bytes.subarray(half));
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ modelTopology, format, weightsManifest: [{ paths: ['./shard1.bin', 'shard2.bin'], weights: weightSpecs }] }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  return join(folder, 'model.json');
}
