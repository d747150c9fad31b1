import * as tf from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from '../backend/register.ts';
import type { OnnxRuntimeBackend } from '../backend/backend.ts';
import { createGraph, type Graph } from '../graph/graph.ts';
import type { LoweredGraph } from '../lower/lower-graph.ts';
import { lowerGraph } from '../lower/lower-graph.ts';
import { traceCall } from './trace-call.ts';

/** An argument of a function to trace. */
export interface ArgumentSpec {
  /** Sizes; a string names a symbolic axis, whose size the caller of the exported model chooses. */
  readonly shape: readonly (number | string)[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** @default 'input0', 'input1', … */
  readonly name?: string;
}

/** Symbolic axes are traced at two sizes each, so that what depends on them can be told from what does not. */
const SIZES: readonly (readonly [number, number])[] = [[2, 3], [5, 7], [11, 13], [17, 19]];

/**
 * Calls `fn` once with stand-ins of these shapes and returns what it does as a graph. Tensors that `fn` captures (weights)
 * become constants of the graph. Which back end is active does not matter.
 * @throws Error where `fn` reads a value, or calls a kernel that has no ONNX form.
 */
export function trace(fn: (...args: tf.Tensor[]) => unknown, specs: readonly ArgumentSpec[]): Graph {
  const symbols = [...new Set(specs.flatMap((spec) => spec.shape.filter((axis) => typeof axis === 'string')))];
  if (symbols.length > SIZES.length) throw new RangeError(`trace: at most ${SIZES.length} symbolic axes, got ${symbols.join(', ')}`);
  const at = (variant: 0 | 1): Graph => withBackend((backend) => traceAt(backend, fn, specs, new Map(symbols.map((symbol, i) => [symbol, SIZES[i]![variant]]))));
  const graph = at(0);
  return symbols.length === 0 ? graph : createGraph({ ...graph, alternate: at(1) });
}

function traceAt(backend: OnnxRuntimeBackend, fn: (...args: tf.Tensor[]) => unknown, specs: readonly ArgumentSpec[], sizes: ReadonlyMap<string, number>): Graph {
  const shapes = specs.map((spec) => spec.shape.map((axis) => (typeof axis === 'string' ? sizes.get(axis)! : axis)));
  const examples = specs.map((spec, i) => tf.zeros(shapes[i]!, spec.dtype));
  try {
    const traced = traceCall(backend, fn.name || 'graph', fn, examples);
    const inputs = traced.inputs.map((input, i) => ({ name: specs[i]!.name ?? `input${i}`, value: input.value, axes: specs[i]!.shape }));
    const known = new Set([...inputs.map((input) => input.value), ...traced.plan.nodes.flatMap((node) => node.outputs)]);
    const constants = new Set([...traced.plan.leaves, ...traced.results.map((result) => result.value)].filter((value) => !known.has(value)));
    const outputs = traced.results.map((result, i) => ({ name: result.path || (traced.results.length === 1 ? 'output' : `output${i}`), value: result.value, shape: result.shape }));
    return createGraph({ name: fn.name || 'graph', inputs, constants: [...constants], nodes: traced.plan.nodes, outputs });
  } finally {
    tf.dispose(examples);
  }
}

/** Makes the back end active for the time of a call; its start is synchronous. */
function withBackend<T>(use: (backend: OnnxRuntimeBackend) => T): T {
  const active = tf.getBackend();
  if (active !== BACKEND_NAME) void tf.setBackend(BACKEND_NAME);
  try {
    return use(tf.backend() as OnnxRuntimeBackend);
  } finally {
    if (active !== BACKEND_NAME) void tf.setBackend(active);
  }
}

/** A traced graph as ONNX operators whose structure does not depend on sizes, ready to be written. */
export function lowerTraced(graph: Graph, options: { readonly microsoftOps?: boolean } = {}): LoweredGraph {
  return lowerGraph(
    { feeds: graph.inputs, constants: graph.constants, nodes: graph.nodes, outputs: graph.outputs },
    { microsoftOps: options.microsoftOps ?? false, specialise: false },
  );
}
