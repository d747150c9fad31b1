import * as tf from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend/backend.ts';
import { planPending, type Plan } from '../graph/plan.ts';
import { placeholder, type Value } from '../graph/value.ts';
import { createTracing, type DrawLog } from './tracing.ts';
import { isStatic, mapTree } from './tree.ts';
import { withoutChance } from './without-chance.ts';

/** A tensor of the result: the value, and the shape under which it is returned. */
export interface ResultTensor {
  readonly path: string;
  readonly value: Value;
  readonly shape: readonly number[];
}

/** What a function does, found by calling it once with stand-ins for its arguments. */
export interface TracedCall {
  /** Stand-ins for the tensors among the arguments, in the order of the tree. */
  readonly inputs: readonly { readonly path: string; readonly value: Value }[];
  readonly draws: DrawLog;
  readonly plan: Plan;
  readonly results: readonly ResultTensor[];
  /** Makes the result's tree from its tensors, in order. */
  readonly assemble: (tensors: readonly tf.Tensor[]) => unknown;
}

/** Calls `fn` once with stand-ins; `args` give shapes, types and static values. */
export function traceCall(backend: OnnxRuntimeBackend, name: string, fn: (...args: never[]) => unknown, args: readonly unknown[]): TracedCall {
  backend.flush();
  const outer = backend.tracing;
  const tracing = createTracing(name);
  const inputs: { path: string; value: Value }[] = [];
  const engine = tf.engine();
  backend.tracing = tracing;
  engine.startScope(name);
  let traced: TracedCall;
  try {
    const standIns = args.map((arg, i) => mapTree(arg, String(i), (leaf, path) => {
      if (isStatic(leaf)) return leaf;
      if (!(leaf instanceof tf.Tensor)) return tracing.generator(path);
      const value = placeholder(path, leaf.shape, leaf.dtype);
      inputs.push({ path, value });
      return backend.tensorOf(value, leaf.shape);
    }));
    const result = withoutChance(name, () => fn(...(standIns as never[])));
    const results = resultTensors(backend, name, result);
    const plan = planPending(tracing.recorder.pending, results.map((tensor) => tensor.value));
    traced = { inputs, draws: tracing.draws, plan, results, assemble: (tensors) => rebuild(result, tensors) };
  } finally {
    engine.endScope();
    backend.tracing = outer;
  }
  refuseEscapes(name, [...inputs.map((input) => input.value), ...[...tracing.recorder.pending].flatMap((node) => node.outputs)]);
  return traced;
}

function resultTensors(backend: OnnxRuntimeBackend, name: string, result: unknown): ResultTensor[] {
  const tensors: ResultTensor[] = [];
  mapTree(result, '', (leaf, path) => {
    if (isStatic(leaf)) return leaf;
    if (!(leaf instanceof tf.Tensor)) throw new TypeError(`compile: ${name}: result ${path}: a generator cannot be returned`);
    const value = backend.valueBehind(leaf);
    tensors.push({ path, value: value.base ?? value, shape: [...leaf.shape] });
    return leaf;
  });
  return tensors;
}

function rebuild(result: unknown, tensors: readonly tf.Tensor[]): unknown {
  let next = 0;
  return mapTree(result, '', (leaf) => (isStatic(leaf) ? leaf : tensors[next++]));
}

/** A traced tensor that outlives the trace (a variable was assigned, tf.keep) would never get a value. */
function refuseEscapes(name: string, values: readonly Value[]): void {
  if (values.every((value) => value.references === 0)) return;
  throw new Error(`onnxruntime: ${name}: a tensor made while tracing is kept (tf.keep, or assigned to a tf.Variable); return it instead`);
}
