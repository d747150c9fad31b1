import { stateDict } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { distinct } from './distinct.ts';
import { type GraphDef, type GraphDefNode, nodeName } from './graph-def.ts';
import { ARCHITECTURE_KEY } from './model-source.ts';
import type { ExportSource, SourceInput } from './source.ts';

/** What to know of a GraphModel that it does not say itself. */
export interface GraphModelOptions {
  /** The network's name. Default 'graph-model'. */
  readonly name?: string;
  /** Sizes of the one input without the batch, where the model leaves some open. Default: the model's own. */
  readonly inputShape?: readonly number[];
  /** The model's graph (`modelTopology` of its model.json): tells how many indices an embedding has, and whether the outputs are probabilities. Default: unknown. */
  readonly graph?: GraphDef;
}

/** What is used of a GraphModel, wherever it was loaded from. */
export type LoadedGraphModel = Pick<GraphModel, 'inputs' | 'inputNodes' | 'outputs' | 'outputNodes' | 'weights' | 'modelSignature' | 'execute'>;

type Signature = Readonly<Record<'inputs' | 'outputs', Readonly<Record<string, { readonly tensorShape?: { readonly dim?: readonly { readonly size?: string | number }[] } }>> | undefined>>;
type Info = GraphModel['inputs'][number];

/** Sizes as TensorFlow writes them: −1 where they are open. Undefined: not even the rank is known. */
function declaredShape({ shape }: Info, signature: Signature, which: 'inputs' | 'outputs', key: string): readonly number[] | undefined {
  return signature[which]?.[key]?.tensorShape?.dim?.map(({ size }) => Number(size)) ?? shape;
}

function inputShapeOf(name: string, declared: readonly number[] | undefined, given: readonly number[] | undefined): readonly number[] {
  const own = declared?.slice(1);
  const text = declared ? `[batch, ${own!.map((size) => (size < 0 ? '?' : size)).join(', ')}]` : 'of any shape';
  if (declared?.length === 0) throw new RangeError(`graphModelSource: input ${name} is a scalar, and an exported input must have a batch axis`);
  if (given === undefined) {
    if (!own || own.some((size) => size < 0)) throw new RangeError(`graphModelSource: inputShape must be given, since input ${name} of the model is ${text}`);
    return own;
  }
  if (own && (given.length !== own.length || own.some((size, axis) => size >= 0 && size !== given[axis]))) {
    throw new RangeError(`graphModelSource: inputShape must fit the model's input ${name}, which is ${text}, got [${given.join(', ')}]`);
  }
  return given;
}

/** Follows results that are only copied or cast to the node that made them. */
function origin(nodes: ReadonlyMap<string, GraphDefNode>, name: string): GraphDefNode | undefined {
  let node = nodes.get(nodeName(name));
  while (node && ['Identity', 'Cast', 'StopGradient'].includes(node.op)) node = nodes.get(nodeName(node.input?.[0] ?? ''));
  return node;
}

/** The number of indices that an input may hold, where it is looked up in a table of weights. */
function indicesOf(nodes: ReadonlyMap<string, GraphDefNode>, weights: GraphModel['weights'], input: string): number | undefined {
  const sizes = [...nodes.values()].flatMap(({ op, input: [table = '', indices = ''] = [] }) => {
    if (!/^(Gather|GatherV2|ResourceGather)$/.test(op) || origin(nodes, indices)?.name !== input) return [];
    return weights[origin(nodes, table)?.name ?? '']?.[0]?.shape[0] ?? [];
  });
  return sizes.length > 0 ? Math.min(...sizes) : undefined;
}

/**
 * A GraphModel of TensorFlow.js: what tensorflowjs_converter makes of a SavedModel or a frozen graph. Inputs and outputs have the names of the model's
 * signature, or of their nodes.
 *
 * @throws {RangeError} where an input has open sizes other than the batch and `inputShape` does not tell them, or is of a type that cannot be fed
 */
export function graphModelSource(model: LoadedGraphModel, { name = 'graph-model', inputShape, graph }: GraphModelOptions = {}): ExportSource {
  if (inputShape && model.inputs.length > 1) throw new RangeError(`graphModelSource: inputShape is for models of one input, got ${model.inputs.length}`);
  const signature = (model.modelSignature ?? {}) as Signature;
  const nodes = new Map(graph?.node.map((node) => [node.name, node]));
  const keys = model.inputNodes;
  const batches = new Set<number>();
  const inputs = model.inputs.map((info, i): SourceInput => {
    const key = keys[i]!;
    if (info.dtype !== 'float32' && info.dtype !== 'int32') throw new RangeError(`graphModelSource: input ${key} must be of type float32 or int32, got ${info.dtype}`);
    const declared = declaredShape(info, signature, 'inputs', key);
    if (declared?.[0] !== undefined && declared[0] >= 0) batches.add(declared[0]);
    const indices = indicesOf(nodes, model.weights, info.name);
    return { name: key, shape: inputShapeOf(key, declared, inputShape), dtype: info.dtype, ...(indices !== undefined && { indices }) };
  });
  const outputKeys = model.outputNodes;
  const [batch] = batches;
  const last = model.outputs.length === 1 ? origin(nodes, model.outputs[0]!.name) : undefined;
  const weights = Object.entries(model.weights).flatMap(([key, [tensor]]) => (tensor && tensor.dtype !== 'string' ? [[key, tensor] as const] : []));
  const classes = declaredShape(model.outputs[0]!, signature, 'outputs', nodeName(outputKeys[0]!))?.at(-1) ?? -1;
  return {
    name,
    inputs,
    outputs: distinct(outputKeys.map(nodeName)),
    ...(batch !== undefined && { batch }),
    classes: classes >= 0 ? classes : null,
    endsInProbabilities: last?.op === 'Softmax' || last?.op === 'Sigmoid',
    parameters: weights.reduce((sum, [, { dtype, size }]) => sum + (dtype === 'float32' ? size : 0), 0),
    weights: stateDict(weights),
    metadata: { [ARCHITECTURE_KEY]: name, 'mixwell.source': '@tensorflow/tfjs-converter' },
    run: (tensors) => tf.tidy(() => {
      const result = model.execute(Object.fromEntries(keys.map((key, i) => [key, tensors[i]!])), outputKeys);
      return Array.isArray(result) ? result : [result];
    }),
  };
}
