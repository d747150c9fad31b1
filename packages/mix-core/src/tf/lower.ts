import * as tf from '@tensorflow/tfjs-core';
import { checkPlan } from '../plan/check-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { weightMap } from '../plan/weight-map.ts';
import type { Mix } from './mix.ts';

export interface LowerOptions {
  /**
   * Shape of the weights without the last axis, k: [rows] or [1] for scalars, [rows, height, width] or [1, height, width] for a map. Weights are spread over axes they
   * lack, so that plans of several policies come out in one shape and one compiled step serves them all. Default: the smallest shape that holds the plan.
   */
  readonly shape?: readonly [rows: number] | readonly [rows: number, height: number, width: number];
}

interface Weights {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

function weightsOf(plan: Plan, size: readonly number[]): Weights {
  if (plan.kind === 'scalar' && size.length === 0) return { data: plan.weights, shape: [plan.weights.length / plan.k, plan.k] };
  const [height, width] = plan.kind === 'scalar' || size.length > 0 ? size : [plan.height, plan.width];
  return weightMap(plan, height!, width!);
}

/** The same weights for each of `rows`. */
function repeated({ data, shape }: Weights, rows: number): Weights {
  const all = new Float32Array(rows * data.length);
  for (let row = 0; row < rows; row++) all.set(data, row * data.length);
  return { data: all, shape: [rows, ...shape.slice(1)] };
}

function shaped(plan: Plan, shape: readonly number[]): Weights {
  const [rows, ...size] = shape;
  const refuse = (): never => {
    throw new RangeError(`lower: shape must be [1 or ${plan.rows}] or [1 or ${plan.rows}, height, width], got [${shape.join(', ')}]`);
  };
  if ((rows !== 1 && rows !== plan.rows) || ![0, 2].includes(size.length)) return refuse();
  if (size.length === 0 && plan.kind !== 'scalar') throw new RangeError(`lower: a plan of kind '${plan.kind}' needs a shape [rows, height, width], got [${shape.join(', ')}]`);
  const weights = weightsOf(plan, size);
  if (weights.shape[0] === rows) return weights;
  if (rows === 1) throw new RangeError(`lower: a plan with weights for each row needs the shape [${[plan.rows, ...size].join(', ')}], got [${shape.join(', ')}]`);
  return repeated(weights, rows);
}

/**
 * The tensors of a plan. Sizes of the batch and of the image are all that their shapes depend on: another λ, box or permutation never compiles anything anew.
 * The tensors belong to the caller (`tf.dispose(mix)`).
 *
 * @throws {RangeError} for a shape that cannot hold the plan, or a plan that contradicts itself
 */
export function lower(plan: Plan, { shape }: LowerOptions = {}): Mix {
  checkPlan(plan, 'lower');
  const { rows, k } = plan;
  const weights = shape ? shaped(plan, shape) : weightsOf(plan, []);
  return {
    sources: tf.tensor(plan.sources, [rows, k], 'int32'),
    weights: tf.tensor(weights.data, [...weights.shape], 'float32'),
    labelWeights: tf.tensor(plan.labelWeights, [rows, k], 'float32'),
  };
}
