import * as tf from '@tensorflow/tfjs-core';
import type { OnnxRuntimeBackend } from '../backend/backend.ts';
import { createLru } from '../backend/lru.ts';
import { compiledProgram, type Program } from '../backend/programs.ts';
import { leaf, type Value } from '../graph/value.ts';
import { donateArguments } from './donate.ts';
import type { CompileOptions } from './options.ts';
import { watchRetraces } from './retrace.ts';
import { traceCall, type TracedCall } from './trace-call.ts';
import type { DrawSource } from './tracing.ts';
import { isStatic, walkTree } from './tree.ts';

/** Programs kept for one function: one per combination of shapes and static values. */
const PROGRAMS = 16;

interface Compiled {
  readonly traced: TracedCall;
  /** Null: the function computes nothing. */
  readonly program: Program | null;
  /** For each fed value: the argument's position among the tensors, or -1: it is drawn, or captured. */
  readonly sources: readonly { readonly argument: number; readonly value: Value }[];
}

/** See `OnnxRuntimeBackend.compile`. */
export function compileFunction<Args extends unknown[], Result>(fn: (...args: Args) => Result, options: CompileOptions): (...args: Args) => Result {
  const name = fn.name || 'compiled function';
  const donate = options.donate ?? [];
  const programs = createLru<Compiled>(PROGRAMS, (compiled) => compiled.program?.release());
  const noteRetrace = watchRetraces(name, PROGRAMS);
  return (...args) => {
    const backend = tf.backend() as OnnxRuntimeBackend;
    const finish = donateArguments(name, donate, args);
    if (backend.tracing != null) return finish(fn(...args)) as Result;
    if (tf.engine().isTapeOn()) {
      throw new Error(`onnxruntime: ${name}: a compiled function is called inside of a gradient, which cannot see into it; take the gradient inside of the compiled function`);
    }
    const call = flatten(args);
    const compiled = programs.get(call.signature, () => {
      noteRetrace(args);
      return build(backend, name, fn, args);
    });
    return finish(run(backend, compiled, call)) as Result;
  };
}

interface Call {
  readonly signature: string;
  readonly tensors: readonly tf.Tensor[];
  readonly generators: readonly DrawSource[];
}

function flatten(args: readonly unknown[]): Call {
  const tensors: tf.Tensor[] = [];
  const generators: DrawSource[] = [];
  let signature = '';
  walkTree(args, (value) => {
    if (isStatic(value)) {
      signature += `${typeof value}:${typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)},`;
    } else if (value instanceof tf.Tensor) {
      tensors.push(value);
      signature += `${value.dtype}[${value.shape.join()}],`;
    } else {
      generators.push(value);
      signature += 'rng,';
    }
  }, (mark) => { signature += mark; });
  return { signature, tensors, generators };
}

function build(backend: OnnxRuntimeBackend, name: string, fn: (...args: never[]) => unknown, args: readonly unknown[]): Compiled {
  const traced = traceCall(backend, name, fn, args);
  const positions = new Map(traced.inputs.map((input, i) => [input.value, i]));
  const sources = traced.plan.leaves.map((value) => ({ argument: positions.get(value) ?? -1, value }));
  return { traced, sources, program: traced.plan.outputs.length > 0 ? compiledProgram(traced.plan) : null };
}

function run(backend: OnnxRuntimeBackend, { traced, program, sources }: Compiled, call: Call): unknown {
  const drawn = traced.draws.values.length > 0 ? traced.draws.replay(call.generators) : null;
  const argument = (position: number): Value => known(backend, call.tensors[position]!);
  const feeds = sources.map((source) => (source.argument >= 0 ? argument(source.argument) : drawn?.get(source.value) ?? source.value));
  const arrays = program?.run(feeds) ?? [];
  const made = new Map(traced.plan.outputs.map((value, i) => [value, leaf(arrays[i]!, value.shape, value.dtype)]));
  const positions = new Map(traced.inputs.map((input, i) => [input.value, i]));
  const tensors = traced.results.map(({ value, shape }) => {
    const position = positions.get(value);
    const result = made.get(value) ?? drawn?.get(value) ?? (position === undefined ? value : argument(position));
    return backend.tensorOf(result, shape);
  });
  return traced.assemble(tensors);
}

/** The argument's value with its elements computed, under the argument's shape. */
function known(backend: OnnxRuntimeBackend, tensor: tf.Tensor): Value {
  const value = backend.valueBehind(tensor);
  const data = backend.dataOf(value);
  return value.base === null ? value : leaf(data, value.shape, value.dtype);
}
