import * as tf from '@tensorflow/tfjs-core';
import { checkPlan } from '../plan/check-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { tapCount, type TapCount, tapsOf } from '../plan/taps.ts';
import { weightMap } from '../plan/weight-map.ts';
import type { Mix } from './mix.ts';

export interface LowerOptions {
  /**
   * Shape of the weights without the last axis, k: [rows] or [1] for scalars, [rows, height, width] or [1, height, width] for a map. Weights are spread over axes they
   * lack, so that plans of several policies come out in one shape and one compiled step serves them all. Default: the smallest shape that holds the plan.
   */
  readonly shape?: readonly [rows: number] | readonly [rows: number, height: number, width: number];
  /**
   * Pixels of a source that one mixed pixel reads: 1 for plans that move sources (SMMix, PuzzleMix, nearest resizing), 4 for those that resize bilinearly (SnapMix). Any plan
   * comes out so, with all taps, where one compiled step is to serve several policies. Default: what the plan needs, none for most.
   */
  readonly taps?: TapCount;
}

interface Weights {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

function weightsOf(plan: Plan, size: readonly number[]): Weights {
  if (plan.kind === 'scalar' && size.length === 0) return { data: plan.weights, shape: [plan.weights.length / plan.k, plan.k] };
  const [height, width] = plan.kind === 'scalar' || size.length > 0 ? size : [plan.height, plan.width];
  return weightMap(plan, height!, width!);
}

/** The same weights for each of `rows`. */
function repeated({ data, shape }: Weights, rows: number): Weights {
  const all = data instanceof Int32Array ? new Int32Array(rows * data.length) : new Float32Array(rows * data.length);
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

function inPlace(plan: Plan, shape: readonly number[] | undefined): Pick<Mix, 'weights'> {
  const weights = shape ? shaped(plan, shape) : weightsOf(plan, []);
  return { weights: tf.tensor(weights.data, [...weights.shape], 'float32') };
}

/** Height and width of the images; the plan knows them only where it is made of boxes. */
function sizeOf(plan: Plan, shape: readonly number[] | undefined): readonly [number, number] {
  const [, height, width] = shape ?? [];
  if (height !== undefined && width !== undefined) return [height, width];
  if (plan.kind === 'box') return [plan.height, plan.width];
  throw new RangeError(`lower: taps of a plan of kind '${plan.kind}' need a shape [rows, height, width], got ${shape ? `[${shape.join(', ')}]` : 'none'}`);
}

function warped(plan: Plan, shape: readonly number[] | undefined, count: TapCount): Pick<Mix, 'weights' | 'warp'> {
  const needed = tapCount(plan) ?? 1;
  if (![1, 4].includes(count) || count < needed) throw new RangeError(`lower: taps must be ${needed === 1 ? '1 or 4' : '4 for this plan'}, got ${count}`);
  const [height, width] = sizeOf(plan, shape);
  const { owners, pixels, weights } = tapsOf('lower', plan, [height, width], count);
  const size = [weights.length / (height * width * owners.length), height, width, owners.length];
  const rows = shape?.[0] ?? size[0]!;
  if (rows !== size[0] && rows !== plan.rows) throw new RangeError(`lower: shape must be [${[...new Set([size[0], plan.rows])].join(' or ')}, height, width], got [${shape!.join(', ')}]`);
  const spread = <T extends Int32Array | Float32Array>(data: T): T => (rows === size[0] ? data : (repeated({ data, shape: size }, rows).data as T));
  const all = [rows, height, width, owners.length];
  return { weights: tf.tensor(spread(weights), all, 'float32'), warp: { owners, pixels: tf.tensor(spread(pixels), all, 'int32') } };
}

/**
 * The tensors of a plan. Sizes of the batch and of the image are all that their shapes depend on: another λ, box or permutation never compiles anything anew.
 * The tensors belong to the caller (`tf.dispose(mix)`).
 *
 * @throws {RangeError} for a shape that cannot hold the plan, or a plan that contradicts itself
 */
export function lower(plan: Plan, { shape, taps = tapCount(plan) }: LowerOptions = {}): Mix {
  checkPlan(plan, 'lower');
  const { rows, k } = plan;
  return {
    sources: tf.tensor(plan.sources, [rows, k], 'int32'),
    labelWeights: tf.tensor(plan.labelWeights, [rows, k], 'float32'),
    ...(taps === undefined ? inPlace(plan, shape) : warped(plan, shape, taps)),
    ...(plan.kind === 'scalar' && plan.aligned !== undefined && { aligned: tf.scalar(plan.aligned, 'int32') }),
  };
}
