import * as tf from '@tensorflow/tfjs-core';
import type { CompileOptions } from './compile.ts';
import { isRng, mapTree, tensorsOf } from './tree.ts';

/** How many compiled functions are running, one inside of the other. */
let depth = 0;

/** `compile` for back ends that have no compiler: calls the function, under the rules that a compiler has. */
export function runEagerly<Args extends unknown[], Result>(fn: (...args: Args) => Result, { donate = [] }: CompileOptions): (...args: Args) => Result {
  const name = fn.name || 'compiled function';
  return (...args) => {
    checkLeaves(name, 'argument', args, isArgument);
    for (const position of donate) if (position >= args.length) throw new RangeError(`compile: ${name}: donate must be positions of the ${args.length} arguments, got ${position}`);
    if (depth === 0 && tf.engine().isTapeOn()) {
      throw new Error(`compile: ${name}: a compiled function is called inside of a gradient, which cannot see into it on every back end; take the gradient inside of the compiled function`);
    }
    const result = call(name, fn, args);
    const donated = new Set(tensorsOf(donate.map((position) => args[position])));
    tf.dispose([...donated]);
    return result;
  };
}

/** Clones what is returned: it may be an argument, captured, or returned twice. */
function call<Args extends unknown[], Result>(name: string, fn: (...args: Args) => Result, args: Args): Result {
  depth += 1;
  try {
    return tf.tidy(() => {
      const result = fn(...args);
      checkLeaves(name, 'result', result, isResult);
      return mapTree(result, (leaf) => (leaf instanceof tf.Tensor ? tf.clone(leaf) : leaf)) as tf.TensorContainer;
    }) as Result;
  } finally {
    depth -= 1;
  }
}

const isStatic = (x: unknown): boolean => x == null || ['number', 'string', 'boolean'].includes(typeof x);
const isResult = (x: unknown): boolean => isStatic(x) || x instanceof tf.Tensor;
const isArgument = (x: unknown): boolean => isResult(x) || isRng(x);

function checkLeaves(name: string, what: string, tree: unknown, isAllowed: (x: unknown) => boolean): void {
  mapTree(tree, (leaf, path) => {
    if (!isAllowed(leaf)) throw new TypeError(`compile: ${name}: ${what} ${path} must be a tensor, number, string, boolean, null, Rng, or an array or record of them, got ${describe(leaf)}`);
    if (leaf instanceof tf.Tensor && leaf.isDisposed) throw new Error(`compile: ${name}: ${what} ${path} is disposed (was it donated to an earlier call?)`);
  });
}

function describe(x: unknown): string {
  if (typeof x === 'object' && x !== null) return x instanceof Promise ? 'a promise' : `a ${x.constructor?.name ?? 'value'}`;
  return `a ${typeof x}`;
}
