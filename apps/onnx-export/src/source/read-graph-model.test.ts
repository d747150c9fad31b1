import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOnnx } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { convolutionGraph, createFixtureGraph, type FixtureGraph, saveGraphModel, twoHeadedGraph } from '../fixtures/graph-model.ts';
import { run, temporaryFolder } from '../fixtures.ts';

function saved(graph: FixtureGraph, signature?: Parameters<typeof saveGraphModel>[2]): { path: string; out: string } {
  const folder = temporaryFolder();
  return { path: saveGraphModel(join(folder, 'classifier'), graph, signature), out: join(folder, 'model.onnx') };
}

describe('a GraphModel', () => {
  beforeAll(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  it('is exported with an open batch, also where it computes shapes', async () => {
    const { path, out } = saved(convolutionGraph());
    const { code, stderr } = await run(path, '--out', out, '--inputs-as-nchw', '--softmax', '--labels', 'a,b,c,d');
    expect([code, stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' …'))]).toEqual([0, []]);
    const { graph, metadata } = readOnnx(readFileSync(out));
    expect(graph.name).toBe('classifier');
    expect(graph.inputs).toEqual([{ name: 'images', dtype: 'float32', dims: ['batch', 3, 12, 12] }]);
    expect(graph.outputs).toEqual([{ name: 'probabilities', dtype: 'float32', dims: ['batch', 4] }]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Conv', 'Clip', 'Conv', 'BatchNormalization', 'Relu', 'Add', 'MaxPool', 'Reshape', 'MatMul', 'Add', 'Softmax']);
    expect(graph.initializers.map(({ name }) => name)).toEqual(expect.arrayContaining(['net/conv1/kernel', 'net/bn/variance', 'net/dense/bias']));
    expect(metadata).toMatchObject({ 'mixwell.source': expect.stringMatching(/^@tensorflow\/tfjs-converter 4\./) as string });
  });

  it('has the names of its signature, several inputs and outputs, and indices within its tables', async () => {
    const { path, out } = saved(twoHeadedGraph(), { inputs: { words: 'tokens', years: 'age' }, outputs: { chances: 'probabilities', centre: 'mean' } });
    expect(await run(path, '--out', out)).toMatchObject({ code: 0 });
    const { graph } = readOnnx(readFileSync(out));
    expect(graph.inputs).toEqual([{ name: 'words', dtype: 'int32', dims: ['batch', 5] }, { name: 'years', dtype: 'float32', dims: ['batch', 1] }]);
    expect(graph.outputs).toEqual([{ name: 'chances', dtype: 'float32', dims: ['batch', 2] }, { name: 'centre', dtype: 'float32', dims: ['batch', 3] }]);
  });

  it('knows how many classes it has once it is traced, and whether it gives probabilities', async () => {
    const { path, out } = saved(convolutionGraph());
    expect(await run(path, '--out', out, '--labels', 'a,b')).toMatchObject({ code: 1, stderr: expect.stringContaining('labels must be 4, one per class, got 2') as string });
    const { nodes, weights } = twoHeadedGraph();
    const one = saved({ nodes, weights });
    expect(await run(one.path, '--out', one.out, '--softmax')).toMatchObject({ code: 2, stderr: expect.stringContaining('gives probabilities already') as string });
  });

  it('may have one batch size only, and open sizes that have to be filled in', async () => {
    const g = createFixtureGraph();
    g.placeholder('x', [2, -1, 3]);
    g.add('y', 'Relu', ['x']);
    const { path, out } = saved(g.graph);
    expect(await run(path, '--out', out)).toMatchObject({ code: 2, stderr: expect.stringContaining('--input-shape must be given, since input x of the model is [batch, ?, 3]') as string });
    expect(await run(path, '--out', out, '--input-shape', '4,3')).toMatchObject({ code: 0 });
    expect(readOnnx(readFileSync(out)).graph.inputs[0]!.dims).toEqual([2, 4, 3]);
    expect(await run(path, '--out', out, '--input-shape', '4,3', '--batch', 'n')).toMatchObject({ code: 2, stderr: expect.stringContaining('--batch must be 2, the only size at which classifier runs, got n') as string });
    expect(await run(path, '--out', out, '--input-shape', '4,2')).toMatchObject({ code: 2, stderr: expect.stringContaining('--input-shape must fit the model') as string });
  });

  const chain = (op: string): FixtureGraph => {
    const g = createFixtureGraph();
    g.placeholder('x', [-1, 3]);
    g.add('loop/step', op, ['x']);
    g.add('y', 'Relu', ['loop/step']);
    return g.graph;
  };

  it.each([
    ['Switch', 'is control flow'], ['Enter', 'is control flow'], ['StatelessWhile', 'is control flow'], ['TensorListReserve', 'is control flow'], ['NonMaxSuppressionV5', 'gives as many elements as its input happens to have'],
    ['LookupTableFindV2', 'looks strings up in a table'],
  ])('with %s is refused, naming the node', async (op, message) => {
    const { path, out } = saved(chain(op));
    expect(await run(path, '--out', out)).toMatchObject({ code: 1, stderr: expect.stringContaining(`${path}: node loop/step (${op}) ${message}`) as string });
  });

  it.each<[string, (json: Json) => unknown, string]>([
    ['no nodes', (json) => { json.modelTopology.node = []; }, 'modelTopology must be a graph with nodes'],
    ['a node without a name', (json) => { delete json.modelTopology.node[3]!.name; }, 'node 3 of the graph must have a name, an op and a list of inputs'],
    ['two nodes of one name', (json) => { json.modelTopology.node[1]!.name = 'images'; }, 'nodes of the graph must have different names'],
    ['a node that reads what is not there', (json) => { json.modelTopology.node.at(-1)!.input = ['nothing:0']; }, 'node Identity reads nothing:0, and the graph has no such node'],
    ['a cycle', (json) => { json.modelTopology.node.find(({ name }) => name === 'net/relu')!.input = ['net/skip']; }, 'the graph must have no cycle, and node net/relu waits for itself'],
    ['a constant without a weight', (json) => { json.weightsManifest[0]!.weights[0]!.name = 'other'; }, 'node net/conv1/kernel is a constant, and weightsManifest has no weight of that name'],
    ['an operator that nobody knows', (json) => { json.modelTopology.node.find(({ op }) => op === 'Relu')!.op = 'Frobnicate'; }, 'Frobnicate'],
    ['a weight of negative size', (json) => { json.weightsManifest[0]!.weights[0]!.shape = [-1]; }, 'weight net/conv1/kernel must have a shape of whole numbers >= 0, got [-1]'],
    ['a weight larger than any file', (json) => { json.weightsManifest[0]!.weights[0]!.shape = [1e6, 1e6, 1e3]; }, 'must hold 4000000000'],
    ['a weight of another type', (json) => { json.weightsManifest[0]!.weights[0]!.dtype = 'constructor'; }, 'weight net/conv1/kernel must be of type float32'],
    ['weights that are no list', (json) => { (json.weightsManifest[0] as { weights: unknown }).weights = {}; }, 'must consist of groups with paths and weights'],
    ['two weights of one name', (json) => { json.weightsManifest[0]!.weights[1]!.name = json.weightsManifest[0]!.weights[0]!.name; }, 'weightsManifest must have weights of different names'],
  ])('is refused where it has %s', async (_, damage, message) => {
    const { path, out } = saved(convolutionGraph());
    const json = JSON.parse(readFileSync(path, 'utf8')) as Json;
    damage(json);
    writeFileSync(path, JSON.stringify(json));
    const { code, stderr } = await run(path, '--out', out);
    expect([code, stderr.split('\n').at(-2)]).toEqual([1, expect.stringContaining(message)]);
  });
});

interface Json {
  readonly modelTopology: { node: { name?: string; op: string; input?: string[] }[] };
  readonly weightsManifest: { readonly weights: { name: string; shape: number[]; dtype: string }[] }[];
}
