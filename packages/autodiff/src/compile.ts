import * as tf from '@tensorflow/tfjs-core';
import { mapTensors, tensorsOf } from './tree.ts';

export interface CompileOptions {
  /** Positions of arguments that are consumed by the call: their tensors are disposed, later use throws. Default: none. */
  readonly donate?: readonly number[];
}

type Compile = <Args extends unknown[], Result>(fn: (...args: Args) => Result, options: CompileOptions) => (...args: Args) => Result;

/** A back end that compiles, by structure: `@mixwell/tfjs-onnx` is one. */
interface Compiler {
  readonly compile?: Compile;
}

/** One call without a compiler, with the same rules of ownership: what is donated is gone after it, and comes back as a clone if it is returned. */
function callEagerly<Args extends unknown[], Result>(fn: (...args: Args) => Result, args: Args, donate: readonly number[]): Result {
  const gone = tensorsOf(args).find((tensor) => tensor.isDisposed);
  if (gone) throw new Error(`compile: ${fn.name || 'the function'}: an argument of shape [${gone.shape.join(', ')}] is disposed (was it donated to an earlier call?)`);
  const given = new Set(tensorsOf(args));
  const donated = new Set(tensorsOf(donate.map((position) => args[position])));
  const result = tf.tidy(() => mapTensors(fn(...args), (tensor) => (given.has(tensor) ? tf.clone(tensor) : tensor)) as tf.TensorContainer);
  for (const tensor of donated) tensor.dispose();
  return result as Result;
}

/**
 * A function that the active back end compiles, where it can: traced once for each combination of shapes and static values, then run as one graph. On other back ends it
 * runs as it is. Either way arguments are left alone unless they are donated, and results belong to the caller.
 *
 * Tensors go in as arguments and come out as results, in trees of arrays and records. Numbers and strings among the arguments are static: another value compiles anew. A
 * compiler refuses to read values while it traces; tensors that the function captures are frozen.
 *
 * @throws {RangeError} for a position that is no whole number ≥ 0
 */
export function compile<Args extends unknown[], Result>(fn: (...args: Args) => Result, { donate = [] }: CompileOptions = {}): (...args: Args) => Result {
  const bad = donate.find((position) => !Number.isInteger(position) || position < 0);
  if (bad !== undefined) throw new RangeError(`compile: donate must be positions of arguments, got ${bad}`);
  const compiled = new WeakMap<object, (...args: Args) => Result>();
  return (...args) => {
    const backend = tf.backend() as Compiler & object;
    if (!backend.compile) return callEagerly(fn, args, donate);
    const known = compiled.get(backend) ?? backend.compile(fn, { donate });
    compiled.set(backend, known);
    return known(...args);
  };
}
