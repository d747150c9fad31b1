import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOnnxFiles, type OnnxFileTensor, onnxPython, runOnnxFile } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
// oxlint-disable-next-line import/no-unassigned-import -- it registers the gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Graph, supportedOpsets, toOnnx, toOnnxModel, trace, writeOnnxWithData } from '../index.ts';
import { networks, numbers } from './networks.ts';
import { named, programs, type Tree } from './programs.ts';

beforeAll(() => tf.setBackend('cpu'));

interface Exported {
  readonly graph: () => Graph;
  readonly args: (batch: number) => readonly Tree[];
  readonly run: (...args: readonly Tree[]) => Tree;
}

/** Everything that the tests of this package export: networks, losses, a pipeline, a training step. */
const files: readonly [string, Exported][] = [
  ...Object.entries(networks).map(([name, make]): [string, Exported] => {
    const network = make();
    const { input, params, run } = network;
    return [name, {
      graph: () => trace(run, [{ shape: input, dtype: 'float32', name: 'images' }], { names: params }),
      args: (batch) => [numbers([batch, ...(input.slice(1) as number[])], batch, 1)],
      run: run as Exported['run'],
    }];
  }),
  ...Object.entries(programs).map(([name, make]): [string, Exported] => {
    const { specs, run, args } = make();
    return [name, { graph: () => trace(run, specs as never), args, run: run as Exported['run'] }];
  }),
];

const host = (tensor: tf.Tensor): OnnxFileTensor => ({ dtype: tensor.dtype, shape: tensor.shape, data: (tensor.dtype === 'int32' ? Int32Array : Float32Array).from(tensor.dataSync()) });

/** The largest difference between two tensors, relative above 1. */
function difference(got: OnnxFileTensor, expected: OnnxFileTensor): number {
  expect([got.dtype, got.shape]).toEqual([expected.dtype, expected.shape]);
  return Math.max(...Array.from(expected.data as Float32Array, (value, i) => Math.abs(Number(got.data[i]) - value) / Math.max(1, Math.abs(value))));
}

describe('exported files', () => {
  it.each(files)('%s gives the same numbers in onnxruntime-node, in onnxruntime-web and on the CPU back end', async (_, { graph, args, run }) => {
    const traced = graph();
    for (const [opset, batch] of [[supportedOpsets.oldest, 3], [supportedOpsets.newest, 1]] as const) {
      const inputs = args(batch);
      const tensors = inputs.flatMap((arg) => named(arg).map(([, tensor]) => tensor));
      const feeds = Object.fromEntries(traced.inputs.map(({ name }, i) => [name, host(tensors[i]!)]));
      const expected = named(run(...inputs)).map(([path, tensor]) => [path || 'output', host(tensor)] as const);
      for (const runtime of ['node', 'web'] as const) {
        const got = await runOnnxFile(runtime, toOnnx(traced, { opset }), feeds);
        for (const [name, tensor] of expected) expect([runtime, opset, name, difference(got[name]!, tensor) < 1e-5]).toEqual([runtime, opset, name, true]);
      }
    }
  });

  it.skipIf(onnxPython === undefined)("pass ONNX's checker with full shape inference, at every opset, in both layouts, in one file and in two", () => {
    const folder = mkdtempSync(join(tmpdir(), 'mixwell-exported-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const paths: string[] = [];
    const write = (name: string, bytes: Uint8Array): void => {
      paths.push(join(folder, `${name}.onnx`));
      writeFileSync(paths.at(-1)!, bytes);
    };
    for (const [name, { graph }] of files) {
      const traced = graph();
      for (let opset = supportedOpsets.oldest; opset <= supportedOpsets.newest; opset++) write(`${name}-${opset}`, toOnnx(traced, { opset, metadata: { classes: 'a,b' }, doc: 'for people' }));
      if (traced.inputs[0]!.name === 'images' && traced.inputs[0]!.axes.length === 4) write(`${name}-nchw`, toOnnx(traced, { channelsFirst: ['images'] }));
      const { bytes, data } = writeOnnxWithData(toOnnxModel(traced), `${name}.data`);
      writeFileSync(join(folder, data.location), Buffer.concat([...data.chunks()]));
      write(`${name}-split`, bytes);
    }
    expect(checkOnnxFiles(paths)).toEqual([]);
  });
});
