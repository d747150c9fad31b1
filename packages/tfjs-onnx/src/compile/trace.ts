import * as tf from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from '../backend/register.ts';
import type { OnnxRuntimeBackend } from '../backend/backend.ts';
import { lazyProgram } from '../backend/programs.ts';
import { withKnownNumbers } from '../export/known-numbers.ts';
import { createGraph, type Graph } from '../graph/graph.ts';
import type { Value } from '../graph/value.ts';
import { traceCall } from './trace-call.ts';

/** An argument of a function to trace. */
export interface ArgumentSpec {
  /** Sizes; a string names a symbolic axis, whose size the caller of the exported model chooses. */
  readonly shape: readonly (number | string)[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** Default: 'input0', 'input1', … for arguments; within a tree the keys that lead there, 'params.conv1.weight'. */
  readonly name?: string;
}

/** An argument: a tensor, or a tree of tensors, such as the state of a training step. */
export type ArgumentTree = ArgumentSpec | readonly ArgumentTree[] | { readonly [key: string]: ArgumentTree };

/** The specs for an argument of a function: for each of its tensors one. */
export type SpecsOf<Argument> = Argument extends tf.Tensor ? ArgumentSpec : { readonly [K in keyof Argument]: SpecsOf<Argument[K]> };

/** What else `trace` may be told. */
export interface TraceOptions {
  /** Names of tensors that the function captures, such as the parameters of a network. Default: none. */
  readonly names?: Readonly<Record<string, tf.Tensor>>;
}

/**
 * Symbolic axes are traced at three sizes each, so that what depends on them can be told from what does not. No usual size of a network is
 * among them: a graph must not look different because two sizes happen to be equal. Of two axes, either is the larger one in some trace.
 */
const SIZES: readonly (readonly [number, number, number])[] = [[59, 103, 73], [61, 101, 79], [67, 97, 83], [71, 89, 107]];

/**
 * Calls `fn` with stand-ins of these shapes and returns what it does as a graph. Tensors that `fn` captures (weights)
 * become constants of the graph; so does what is computed of a few whole numbers, such as a shape, and that may be read. Arguments and results may be trees
 * (arrays, records) of tensors. Which back end is active does not matter. `fn` is called several times: at several sizes of symbolic axes, and at least
 * twice, so that random numbers, which would be frozen, are found out.
 * @throws Error where `fn` reads a value, or calls a kernel that has no ONNX form.
 */
export function trace(fn: (...args: tf.Tensor[]) => unknown, specs: readonly ArgumentSpec[], options?: TraceOptions): Graph;
export function trace<Args extends unknown[]>(fn: (...args: Args) => unknown, specs: SpecsOf<Args>, options?: TraceOptions): Graph;
export function trace(fn: (...args: never[]) => unknown, specs: unknown, options: TraceOptions = {}): Graph {
  const trees = specs as readonly ArgumentTree[];
  const leaves = trees.flatMap((spec, i) => leavesOf(spec, isSpec(spec) ? `input${i}` : ''));
  const symbols = [...new Set(leaves.flatMap((spec) => spec.shape.filter((axis) => typeof axis === 'string')))];
  if (symbols.length > SIZES.length) throw new RangeError(`trace: at most ${SIZES.length} symbolic axes, got ${symbols.join(', ')}`);
  const sizesAt = (pick: (symbol: number) => number): Record<string, number> => Object.fromEntries(symbols.map((symbol, i) => [symbol, SIZES[i]![pick(i)]!]));
  const corners = Array.from({ length: 2 ** symbols.length }, (_, corner) => sizesAt((symbol) => (corner >> symbol) & 1));
  const traceAll = (sizes: readonly Record<string, number>[]): Graph[] => withBackend((backend) => sizes.map((at) => traceAt(backend, fn, { trees, leaves }, at, options)));
  const [graph, ...variants] = traceAll([...corners, sizesAt(() => 2)]);
  return createGraph({ ...graph!, variants });
}

/** A tree of specs, and its leaves with their names. */
interface Arguments {
  readonly trees: readonly ArgumentTree[];
  readonly leaves: readonly Required<ArgumentSpec>[];
}

const isSpec = (tree: ArgumentTree): tree is ArgumentSpec => Array.isArray((tree as ArgumentSpec).shape) && typeof (tree as ArgumentSpec).dtype === 'string';

/** In the order in which the tracer meets them. */
function leavesOf(tree: ArgumentTree, path: string): Required<ArgumentSpec>[] {
  if (isSpec(tree)) return [{ ...tree, name: tree.name ?? path }];
  return Object.entries(tree).flatMap(([key, branch]) => leavesOf(branch, path === '' ? key : `${path}.${key}`));
}

function exampleOf(tree: ArgumentTree, sizes: Readonly<Record<string, number>>): unknown {
  if (isSpec(tree)) return tf.zeros(tree.shape.map((axis) => (typeof axis === 'string' ? sizes[axis]! : axis)), tree.dtype);
  if (Array.isArray(tree)) return tree.map((branch: ArgumentTree) => exampleOf(branch, sizes));
  return Object.fromEntries(Object.entries(tree).map(([key, branch]) => [key, exampleOf(branch, sizes)]));
}

function traceAt(backend: OnnxRuntimeBackend, fn: (...args: never[]) => unknown, { trees, leaves }: Arguments, sizes: Readonly<Record<string, number>>, options: TraceOptions): Graph {
  const examples = trees.map((spec) => exampleOf(spec, sizes));
  try {
    const forExport = (...args: never[]): unknown => {
      const tracing = backend.tracing!;
      backend.tracing = { ...tracing, recorder: withKnownNumbers(tracing.recorder, (plan) => lazyProgram(plan).run(plan.leaves)) };
      return fn(...args);
    };
    const traced = traceCall(backend, fn.name || 'graph', forExport, examples);
    const inputs = traced.inputs.map((input, i) => ({ name: leaves[i]!.name, value: input.value, axes: leaves[i]!.shape }));
    const known = new Set([...inputs.map((input) => input.value), ...traced.plan.nodes.flatMap((node) => node.outputs)]);
    const constants = new Set([...traced.plan.leaves, ...traced.results.map((result) => result.value)].filter((value) => !known.has(value)));
    const outputs = traced.results.map((result, i) => ({ name: result.path || (traced.results.length === 1 ? 'output' : `output${i}`), value: result.value, shape: result.shape }));
    return createGraph({ name: fn.name || 'graph', inputs, constants: [...constants], nodes: traced.plan.nodes, outputs, sizes, names: namesOf(backend, constants, options.names ?? {}) });
  } finally {
    tf.dispose(examples as tf.TensorContainer);
  }
}

/** A tensor and its constant share their elements, whatever the shapes under which they are read. */
function namesOf(backend: OnnxRuntimeBackend, constants: ReadonlySet<Value>, names: NonNullable<TraceOptions['names']>): Map<Value, string> {
  const byData = new Map(Object.entries(names).map(([name, tensor]) => [backend.dataOf(backend.valueBehind(tensor)), name]));
  return new Map([...constants].flatMap((value): [Value, string][] => {
    const name = value.data === null ? undefined : byData.get(value.data);
    return name === undefined ? [] : [[value, name]];
  }));
}

/** Makes the back end active for the time of a call; its start is synchronous. Where none was active before, it stays so: TensorFlow.js would choose it. */
function withBackend<T>(use: (backend: OnnxRuntimeBackend) => T): T {
  const active = tf.engine().backendName as string | undefined;
  if (active !== BACKEND_NAME) void tf.setBackend(BACKEND_NAME);
  try {
    return use(tf.backend() as OnnxRuntimeBackend);
  } finally {
    if (active !== undefined && active !== BACKEND_NAME) void tf.setBackend(active);
  }
}
