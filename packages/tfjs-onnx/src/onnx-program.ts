import type * as tf from '@tensorflow/tfjs-core';
import { isLarge } from './export/external-data.ts';
import { checkModel } from './onnx/check-model.ts';
import type { OnnxData, OnnxModel, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo } from './onnx/model.ts';
import { printModel } from './onnx/print-model.ts';
import { storedLength } from './onnx/types.ts';
import { writeOnnx } from './onnx/write.ts';
import { runProgram } from './run-program.ts';
import { createSession, type OnnxSession } from './session.ts';

/** A weight: a host tensor. What `data` holds for types that JavaScript does not have, `OnnxType` says. */
export interface OnnxWeight {
  readonly dtype: OnnxType;
  readonly shape: readonly number[];
  readonly data: OnnxData;
}

/** An ONNX model as a graph whose weights can be changed and which runs on the engine. `String(program)` prints it. */
export interface OnnxProgram {
  readonly name: string;
  /** What `run` has to be given; inputs that have a value in the file may be left out. */
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** In the order of the file. */
  readonly nodes: readonly OnnxNode[];
  /** The initializers of the graph, by name: not those of graphs within, nor the values of Constant nodes. A record without a prototype. */
  readonly weights: Readonly<Record<string, OnnxWeight>>;
  /** All that the file says, as plain data. */
  readonly model: OnnxModel;
  /**
   * The same program with some weights replaced; the others stay.
   * @throws {RangeError | TypeError} where there is no such weight, or it has another type or shape
   */
  withWeights(weights: Readonly<Record<string, OnnxWeight>>): OnnxProgram;
  /**
   * Runs it on tensors of any back end; results are new tensors of the active one. Where the model has types that TensorFlow.js lacks, inputs are converted
   * to them, and results to float32 or int32. No gradient goes through it, and it cannot be part of a compiled function.
   * @param outputs names of the results; default: all
   * @throws {RangeError | TypeError} where an input is missing, unknown, or of another type or shape; where an integer does not fit
   */
  run(inputs: Readonly<Record<string, tf.Tensor>>, outputs?: readonly string[]): Record<string, tf.Tensor>;
  /** Frees what `run` has loaded. It can be run again. */
  dispose(): void;
  toString(): string;
}

/**
 * Makes a program of a model: `onnxProgram(readOnnx(bytes))`.
 * @throws {Error} where the model is none: a name that nothing gives, one given twice, nodes in a circle, an operator of no version
 */
export function onnxProgram(model: OnnxModel): OnnxProgram {
  checkModel('onnxProgram', model);
  return createProgram(model);
}

/**
 * For a model that was checked.
 * @param file the file that it was read from, which a model too large for one message is run from
 */
export function createProgram(model: OnnxModel, file?: string): OnnxProgram {
  const { graph } = model;
  const weights = weightsOf(graph.initializers);
  const sessions = new Map<string, OnnxSession>();
  const load = (given: readonly string[]): OnnxSession => {
    const key = JSON.stringify(given);
    const session = sessions.get(key) ?? createSession(sourceOf(model, given, file), { nodes: graph.nodes.length });
    sessions.set(key, session);
    return session;
  };
  return {
    name: graph.name,
    inputs: graph.inputs.filter((input) => !(input.name in weights)),
    outputs: graph.outputs,
    nodes: graph.nodes,
    weights,
    model,
    withWeights: (changes) => createProgram({ ...model, graph: { ...graph, initializers: replaceWeights(graph.initializers, weights, changes) } }),
    run: (inputs, outputs) => runProgram(model, load, inputs, outputs),
    dispose: () => {
      for (const session of sessions.values()) session.release();
      sessions.clear();
    },
    toString: () => printModel(model),
  };
}

/** ONNX Runtime for JavaScript takes no input that has a value in the file: where one is given, the value is left out. */
function sourceOf(model: OnnxModel, given: readonly string[], file: string | undefined): Uint8Array | string {
  if (given.length > 0) return writeOnnx({ ...model, graph: { ...model.graph, initializers: model.graph.initializers.filter(({ name }) => !given.includes(name)) } });
  return file !== undefined && isLarge(model) ? file : writeOnnx(model);
}

function weightsOf(initializers: readonly OnnxTensor[]): Record<string, OnnxWeight> {
  const weights = Object.create(null) as Record<string, OnnxWeight>;
  for (const { name, dtype, dims, data } of initializers) weights[name] = { dtype, shape: dims, data };
  return weights;
}

function replaceWeights(initializers: readonly OnnxTensor[], weights: OnnxProgram['weights'], changes: OnnxProgram['weights']): OnnxTensor[] {
  for (const [name, { dtype, shape, data }] of Object.entries(changes)) {
    const known = weights[name];
    if (!known) throw new RangeError(`withWeights: ${name} is no weight of the model, which has ${Object.keys(weights).slice(0, 20).join(', ') || 'none'}`);
    const want = `${known.dtype}[${known.shape.join()}]`;
    if (want !== `${dtype}[${shape.join()}]`) throw new RangeError(`withWeights: ${name} must be ${want}, got ${dtype}[${shape.join()}]`);
    const length = storedLength(dtype, shape.reduce((product, size) => product * size, 1));
    if (data.length !== length) throw new RangeError(`withWeights: ${name} must have ${length} elements, got ${data.length}`);
    if (data.constructor !== known.data.constructor) throw new TypeError(`withWeights: ${name} must be held in ${known.data.constructor.name}, got ${data.constructor.name}`);
  }
  return initializers.map((tensor) => (Object.hasOwn(changes, tensor.name) ? { ...tensor, data: changes[tensor.name]!.data } : tensor));
}
