import type { ObjectiveResult } from './differentiate.ts';
import { isRng, mapTree } from './tree.ts';
import { loop } from './unroll/loop.ts';
import { oneGraph } from './unroll/one-graph.ts';
import type { LossOfSteps, Step } from './unroll/step.ts';
import { checkPositions, type GradOptions, type ValueAndGrads } from './value-and-grad.ts';

export interface UnrollOptions<Wrt extends number | readonly number[]> extends GradOptions<Wrt> {
  /**
   * How gradients go back through the steps. 'loop': a compiled step forward and a compiled step backward, which computes its step again, are each run once
   * per step; their graphs are as large for a thousand steps as for one, and only the states are kept (the loss is compiled for all of them). 'graph': all steps in one graph; for few of them. The
   * numbers are the same. @default 'loop'
   */
  readonly form?: 'loop' | 'graph';
}

/**
 * A function that runs a loop of steps, and gives the value of a loss of its states and the gradients of that through all steps: by the state at the start,
 * by what each step is given, and by what all steps share. With steps that are updates by a gradient this is meta-learning and data-set distillation: `step`
 * trains a student, `loss` is its distance from where it should arrive (gradients through updates: Maclaurin et al. 2015, arXiv 1502.03492; matching of
 * trajectories: Cazenavette et al. 2022, arXiv 2203.11932).
 *
 * Arguments are trees, as for `valueAndGrad`. A state keeps its keys and shapes through a step. Numbers are static: one that changes from step to step makes a
 * compiler trace the step anew, a tensor does not. What is random must be drawn beforehand, into tensors: a loop computes steps twice. All tensors of the result
 * are new and the caller's. The call must not be inside of a gradient.
 *
 * @param step (carry, input, ...shared) → carry
 * @param loss (carries, ...shared) → scalar, or { loss, …aux }. `carries[t]` is the state after t steps; it may read any of them
 * @param options `wrt`: positions of the arguments of the returned function: 0 is the state at the start, 1 the inputs, 2 and on what is shared @default 0
 * @returns (carry, inputs: one per step, ...shared) → { value, aux, grads }
 * @throws {RangeError} for a step whose result is not like the state that it was given, and as `valueAndGrad`
 * @throws {TypeError} for an `Rng` among the arguments
 */
export function unrolledValueAndGrad<Carry, Input, Shared extends unknown[], Result extends ObjectiveResult, const Wrt extends number | readonly number[] = 0>(
  step: Step<Carry, Input, Shared>,
  loss: LossOfSteps<Carry, Shared, Result>,
  options: UnrollOptions<Wrt> = {},
): (carry: Carry, inputs: readonly Input[], ...shared: Shared) => ValueAndGrads<[Carry, readonly Input[], ...Shared], Result, Wrt> {
  const { wrt = 0, form = 'loop' } = options;
  if (form !== 'loop' && form !== 'graph') throw new RangeError(`unrolledValueAndGrad: form must be 'loop' or 'graph', got ${String(form)}`);
  const positions = [wrt].flat() as number[];
  const run = (form === 'graph' ? oneGraph : loop)(step, loss, positions);
  return (carry, inputs, ...shared) => {
    checkPositions('unrolledValueAndGrad', positions, shared.length + 2);
    refuseGenerators([carry, inputs, ...shared]);
    const { value, aux, grads } = run(carry, inputs, ...shared);
    return { value, aux, grads: typeof wrt === 'number' ? grads[0] : grads } as ValueAndGrads<[Carry, readonly Input[], ...Shared], Result, Wrt>;
  };
}

function refuseGenerators(args: readonly unknown[]): void {
  mapTree(args, (leaf, path) => {
    if (!isRng(leaf)) return;
    throw new TypeError(`unrolledValueAndGrad: argument ${path} must not be an Rng, since a loop computes its steps twice; draw tensors from it and pass those`);
  });
}
