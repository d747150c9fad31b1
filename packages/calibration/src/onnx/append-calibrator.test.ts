import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { checkOnnxFiles, onnxPython, runOnnxFile } from '@mixwell/testing';
import { type OnnxModel, type OnnxNode, readOnnx, writeOnnx } from '@mixwell/tfjs-onnx';
import { describe, expect, it } from 'vitest';
import { drawnPredictions } from '../fixtures.ts';
import { softmax } from '../inputs/softmax.ts';
import { fitDirichlet } from '../post-hoc/affine/dirichlet-scaling.ts';
import { fitMatrixScaling } from '../post-hoc/affine/matrix-scaling.ts';
import { fitVectorScaling } from '../post-hoc/affine/vector-scaling.ts';
import { fitOneVsRest, fitTopLabel } from '../post-hoc/binary/multiclass.ts';
import { applyCalibrator, type Calibrator } from '../post-hoc/calibrator.ts';
import { fitEnsembleTemperature } from '../post-hoc/temperature/ensemble-temperature.ts';
import { applyTemperature, fitTemperature } from '../post-hoc/temperature/temperature-scaling.ts';
import { appendCalibrator } from './append-calibrator.ts';

const [features, classes] = [4, 5];
const rng = createRng(1);
const weights = Float32Array.from({ length: features * classes }, () => normal(rng, 0, 2));

/** A linear classifier; `behind` are nodes from 'scores' to `output`. */
function classifier(output = 'logits', behind: readonly OnnxNode[] = [{ op: 'Identity', inputs: ['scores'], outputs: ['logits'] }], opset = 17): OnnxModel {
  return {
    irVersion: 8,
    opset: { '': opset },
    graph: {
      name: 'classifier',
      inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', features] }],
      outputs: [{ name: output, dtype: 'float32', dims: ['batch', classes] }],
      initializers: [{ name: 'w', dtype: 'float32', dims: [features, classes], data: weights }],
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['scores'] }, ...behind],
    },
  };
}

const softmaxNode: OnnxNode = { op: 'Softmax', inputs: ['scores'], outputs: ['probabilities'], attrs: { axis: 1 } };

async function run(model: OnnxModel, batch: number): Promise<Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<unknown> }>> {
  const draw = createRng(batch);
  return runOnnxFile('node', writeOnnx(model), { x: { dtype: 'float32', shape: [batch, features], data: Float32Array.from({ length: batch * features }, () => normal(draw, 0, 2)) } });
}

const hostOf = ({ shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<unknown> }) => hostTensor('float32', [...shape], data as Float32Array);
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((max, x, i) => Math.max(max, Math.abs(x - b[i]!)), 0);

const { logits, labels } = drawnPredictions(2, 400, classes, 3);
const calibrators: readonly Calibrator[] = [
  fitTemperature(logits, labels), fitEnsembleTemperature(logits, labels), fitVectorScaling(logits, labels), fitMatrixScaling(logits, labels), fitDirichlet({ logits }, labels),
  fitOneVsRest('isotonic', { logits }, labels), fitOneVsRest('isotonic', { logits }, labels, { interpolateTies: true }), fitOneVsRest('histogram', { logits }, labels),
  fitOneVsRest('platt', { logits }, labels), fitOneVsRest('beta', { logits }, labels), fitOneVsRest('isotonic', { logits }, labels.map((y) => y % 2)), fitOneVsRest('histogram', { logits }, labels, { bins: 1 }),
];
const nameOf = (calibrator: Calibrator): string => (calibrator.type === 'one-vs-rest' ? `${calibrator.maps[0]!.type} maps` : calibrator.type);

describe.each(calibrators.map((calibrator) => [nameOf(calibrator), calibrator] as const))('%s', (_, calibrator) => {
  it.each([[9, 1], [13, 6], [17, 64], [21, 3]])('of opset %d does at batch %d in the file what it does on the host', async (opset, batch) => {
    const model = classifier('logits', undefined, opset);
    const host = hostOf((await run(model, batch))['logits']!);
    const { probabilities } = await run(appendCalibrator(readOnnx(writeOnnx(model)), calibrator), batch);
    expect(probabilities!.shape).toEqual([batch, classes]);
    expect(farthest(probabilities!.data as Float32Array, applyCalibrator(calibrator, { logits: host }).data)).toBeLessThan(1e-7);
  });

  it('takes what goes into a Softmax at the end, and its place', async () => {
    const behind: OnnxNode[] = [softmaxNode, { op: 'Identity', inputs: ['probabilities'], outputs: ['result'] }];
    const model = appendCalibrator(classifier('result', behind), calibrator, { name: 'result' });
    expect(model.graph.nodes).not.toContainEqual(softmaxNode);
    const host = hostOf((await run(classifier(), 7))['logits']!);
    expect(farthest((await run(model, 7))['result']!.data as Float32Array, applyCalibrator(calibrator, { logits: host }).data)).toBeLessThan(1e-7);
  });

  it('is near in float32 as well', async () => {
    if (calibrator.type === 'one-vs-rest' && ['isotonic', 'histogram'].includes(calibrator.maps[0]!.type)) return; // steps
    const host = hostOf((await run(classifier(), 7))['logits']!);
    expect(farthest((await run(appendCalibrator(classifier(), calibrator, { precision: 'float32' }), 7))['probabilities']!.data as Float32Array, applyCalibrator(calibrator, { logits: host }).data)).toBeLessThan(3e-5);
  });
});

describe('appendCalibrator', () => {
  const [temperature, , vector] = calibrators;

  it('gives calibrated logits where asked to', async () => {
    const host = hostOf((await run(classifier(), 3))['logits']!);
    const result = await run(appendCalibrator(classifier(), temperature!, { as: 'logits' }), 3);
    expect(Object.keys(result)).toEqual(['logits']);
    expect(farthest(result['logits']!.data as Float32Array, applyTemperature(temperature as Parameters<typeof applyTemperature>[0], host).data)).toBeLessThan(1e-6);
  });

  it('takes probabilities that no Softmax makes', async () => {
    const behind: OnnxNode[] = [softmaxNode, { op: 'Mul', inputs: ['probabilities', 'one'], outputs: ['p'] }, { op: 'Constant', inputs: [], outputs: ['one'], attrs: { value: { tensor: { name: '', dtype: 'float32', dims: [], data: Float32Array.of(1) } } } }];
    const plain = classifier('p', [behind[2]!, behind[0]!, behind[1]!]);
    const probabilities = (await run(plain, 4))['p']!;
    const result = await run(appendCalibrator(plain, temperature!, { from: 'probabilities', name: 'q' }), 4);
    const rows = hostTensor('float64', [4, classes], Float64Array.from(probabilities.data as Float32Array));
    expect(farthest(result['q']!.data as Float32Array, applyCalibrator(temperature!, { probabilities: rows }).data)).toBeLessThan(1e-7);
  });

  it('leaves other outputs, and a Softmax that they need', async () => {
    const both = classifier('probabilities', [softmaxNode]);
    const model = { ...both, graph: { ...both.graph, outputs: [...both.graph.outputs, { name: 'scores', dtype: 'float32' as const, dims: ['batch', classes] }] } };
    const kept = appendCalibrator({ ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, { op: 'Identity', inputs: ['probabilities'], outputs: ['copy'] }], outputs: [...model.graph.outputs, { name: 'copy', dtype: 'float32', dims: null }] } }, vector!, { output: 'probabilities' });
    const result = await run(kept, 4);
    expect(Object.keys(result)).toEqual(['probabilities', 'scores', 'copy']);
    expect(farthest(result['copy']!.data as Float32Array, softmax(hostOf(result['scores']!)).data)).toBeLessThan(1e-6);
    expect(farthest(result['probabilities']!.data as Float32Array, applyCalibrator(vector!, { logits: hostOf(result['scores']!) }).data)).toBeLessThan(1e-7);
  });

  it('renames a value that graphs within nodes use too', async () => {
    const branch = (name: string, inner: readonly OnnxNode[]) => ({ graph: { name, nodes: inner, inputs: [], outputs: [{ name: `${name}_out`, dtype: 'float32' as const, dims: null }], initializers: [] } });
    const behind: OnnxNode[] = [
      { op: 'Identity', inputs: ['scores'], outputs: ['logits'] },
      { op: 'Constant', inputs: [], outputs: ['yes'], attrs: { value: { tensor: { name: '', dtype: 'bool', dims: [], data: Uint8Array.of(1) } } } },
      { op: 'If', inputs: ['yes'], outputs: ['other'], attrs: { then_branch: branch('a', [{ op: 'Neg', inputs: ['logits'], outputs: ['a_out'] }]), else_branch: branch('b', [{ op: 'Abs', inputs: ['logits'], outputs: ['b_out'] }]) } },
    ];
    const plain = classifier('logits', behind);
    const model = appendCalibrator({ ...plain, graph: { ...plain.graph, outputs: [...plain.graph.outputs, { name: 'other', dtype: 'float32', dims: null }] } }, temperature!, { output: 'logits', as: 'logits' });
    const { logits: tempered, other } = await run(model, 2);
    const { temperature: t } = temperature as { readonly temperature: number };
    expect(farthest(tempered!.data as Float32Array, Float32Array.from(other!.data as Float32Array, (x) => -x / t))).toBeLessThan(1e-6);
  });

  it('keeps the type of the output, and says in the metadata what was done', () => {
    const plain = classifier();
    const half: OnnxModel = { ...plain, irVersion: 3, graph: { ...plain.graph, outputs: [{ name: 'logits', dtype: 'float16', dims: ['batch', ''] }] } };
    const model = appendCalibrator(half, temperature!);
    expect(model).toMatchObject({ irVersion: 4, metadata: { 'mixwell.calibrator': 'temperature' }, graph: { outputs: [{ name: 'probabilities', dtype: 'float16', dims: ['batch', ''] }] } });
    expect(model.graph.nodes.at(-1)).toMatchObject({ op: 'Cast', attrs: { to: 10 } });
  });

  it.skipIf(onnxPython === undefined)("passes ONNX's checker with full shape inference", () => {
    const folder = mkdtempSync(join(tmpdir(), 'mixwell-calibrator-'));
    const paths = calibrators.map((calibrator, i) => {
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, writeOnnx(appendCalibrator(classifier('probabilities', [softmaxNode]), calibrator)));
      return path;
    });
    expect(checkOnnxFiles(paths)).toEqual([]);
  });

  it('names what it cannot use', () => {
    const plain = classifier();
    const withOutputs = (...outputs: OnnxModel['graph']['outputs']): OnnxModel => ({ ...plain, graph: { ...plain.graph, outputs } });
    const float = { dtype: 'float32', dims: ['batch', classes] } as const;
    expect(() => appendCalibrator(withOutputs({ name: 'a', ...float }, { name: 'b', ...float }), temperature!)).toThrow('appendCalibrator: output must be given for a model of 2 outputs: a, b');
    expect(() => appendCalibrator(plain, temperature!, { output: 'z' })).toThrow('appendCalibrator: output must be one of logits, got z');
    expect(() => appendCalibrator(withOutputs({ name: 'map', dtype: 'other', dims: null }), temperature!)).toThrow('output map must be a tensor of floats, got no tensor');
    expect(() => appendCalibrator(withOutputs({ name: 'a', dtype: 'float32', dims: ['batch', 7, 5] }), temperature!)).toThrow('output a must be [batch, classes], got [batch, 7, 5]');
    expect(() => appendCalibrator(withOutputs({ name: 'a', dtype: 'float32', dims: ['batch', 7] }), vector!)).toThrow('the calibrator is for 5 classes, but output a has 7');
    expect(() => appendCalibrator(plain, temperature!, { name: 'w' })).toThrow('name must not be in use in the model, got w');
    expect(() => appendCalibrator({ ...plain, opset: { '': 8 } }, temperature!)).toThrow('the model must use opset 9 or later, got 8');
    expect(() => appendCalibrator(plain, calibrators[1]!, { as: 'logits' })).toThrow("as must be 'probabilities' for a calibrator of type ensemble-temperature");
    expect(() => appendCalibrator(plain, fitTopLabel('beta', { logits }, labels))).toThrow('calibrator must not be of type top-label');
  });
});
