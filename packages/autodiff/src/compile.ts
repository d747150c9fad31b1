import * as tf from '@tensorflow/tfjs-core';
import { runEagerly } from './run-eagerly.ts';

export interface CompileOptions {
  /** Positions of arguments that are consumed by the call: their tensors are disposed, later use throws. @default none */
  readonly donate?: readonly number[];
}

/** A back end that can compile, by structure: `tfjs-onnx` has one. */
interface CompilingBackend {
  compile<Args extends unknown[], Result>(fn: (...args: Args) => Result, options: CompileOptions): (...args: Args) => Result;
}

/**
 * A function that computes the same in one piece. Where the active back end has a compiler, `fn` is traced once per shape, dtype and static value (numbers, strings, booleans
 * in the arguments) and then runs as one graph; where it has none, `fn` runs as it is. In both cases:
 * - arguments and results are tensors, static values, or arrays and records of them; arguments also `Rng`s
 * - results are new tensors and the caller's, whatever `fn` returns; donated arguments are disposed, others left alone
 * - the call must not be inside of a gradient, unless it is inside of another compiled function: take the gradient inside
 *
 * What is random must come from an `Rng` among the arguments, and `fn` must not read values of tensors: a compiler refuses both, or freezes what was drawn.
 *
 * @throws {Error} for disposed (donated) arguments, naming them, and for a call inside of a gradient
 * @throws {TypeError} for promises and instances of classes
 */
export function compile<Args extends unknown[], Result>(fn: (...args: Args) => Result, options: CompileOptions = {}): (...args: Args) => Result {
  const compiled = new WeakMap<object, (...args: Args) => Result>();
  const eager = runEagerly(fn, options);
  return (...args) => {
    const backend = tf.backend() as object as Partial<CompilingBackend>;
    if (typeof backend.compile !== 'function') return eager(...args);
    const known = compiled.get(backend) ?? backend.compile(fn, options);
    compiled.set(backend, known);
    return known(...args);
  };
}
