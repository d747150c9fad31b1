// Yang et al., "AdaMerging: Adaptive Model Merging for Multi-Task Learning", ICLR 2024, arXiv 2310.02575.
import type { HostTensor, StateDict } from '@mixwell/tensor';
import { addScaled, type Coefficients } from './add-scaled.ts';

/** A loss, and its gradient by the weights of the merged network. */
export interface LossGradient {
  readonly loss: number;
  /** By the names of tensors, shaped as they are. What is missing counts as 0. */
  readonly gradient: StateDict<HostTensor>;
}

export interface AdaMergingOptions {
  readonly base: StateDict<HostTensor>;
  /** `[tasks]`: `taskVectorOf` each model; trimmed as TIES does (AdaMerging++), or `pcbParts`. */
  readonly taskVectors: readonly StateDict<HostTensor>[];
  /** Loss of the merged network in a step, in the paper the entropy of its predictions on unlabelled inputs, a mean for each task, summed over tasks. */
  readonly lossGradient: (merged: StateDict<HostTensor>, step: number) => LossGradient | Promise<LossGradient>;
  /** One coefficient per task, or one per task and tensor (the paper's layer-wise form). Default 'tensor'. */
  readonly per?: 'task' | 'tensor';
  /** First value of every coefficient. Default 0.3, that of task arithmetic. */
  readonly start?: number;
  /** Default 500. */
  readonly steps?: number;
  /** Of Adam. Default 1e-3. */
  readonly learningRate?: number;
  /** Where coefficients are held after every step; the authors' code has [0, 1]. Default: nowhere. */
  readonly bounds?: readonly [low: number, high: number];
  /** Is told of every step. */
  readonly onStep?: (step: number, loss: number) => void;
}

export interface AdaMerging {
  readonly merged: StateDict<HostTensor>;
  readonly lambda: Coefficients;
  /** `[steps]`: before each step. */
  readonly losses: readonly number[];
}

function dot(a: HostTensor, b: HostTensor, name: string): number {
  if (a.data.length !== b.data.length) throw new RangeError(`adaMerging: gradient of ${name} must have ${b.data.length} elements, got ${a.data.length}`);
  const [x, y] = [a.data as Float64Array, b.data as Float64Array];
  let sum = 0;
  for (let e = 0; e < x.length; e++) sum += x[e]! * y[e]!;
  return sum;
}

/** `[tasks]` by tensor: the gradient of a loss by the coefficients, ⟨∂L/∂θ, τᵢ⟩. Its sum over tensors is that by coefficients of whole tasks. */
export function coefficientGradient(gradient: StateDict<HostTensor>, taskVectors: readonly StateDict<HostTensor>[]): Readonly<Record<string, readonly number[]>> {
  const names = [...new Set(taskVectors.flatMap((vector) => Object.keys(vector)))];
  return Object.fromEntries(names.map((name) => [name, taskVectors.map((vector) => (gradient[name] && vector[name] ? dot(gradient[name], vector[name], name) : 0))]));
}

/** The step of Adam (Kingma, Ba 2015), β = 0.9, 0.999. */
function adam(size: number, learningRate: number): (values: readonly number[], gradient: readonly number[]) => number[] {
  const [first, second] = [new Float64Array(size), new Float64Array(size)];
  let count = 0;
  return (values, gradient) => {
    count += 1;
    return values.map((value, i) => {
      first[i] = 0.9 * first[i]! + 0.1 * gradient[i]!;
      second[i] = 0.999 * second[i]! + 0.001 * gradient[i]! ** 2;
      return value - (learningRate * first[i]) / (1 - 0.9 ** count) / (Math.sqrt(second[i] / (1 - 0.999 ** count)) + 1e-8);
    });
  };
}

function checkOptions({ taskVectors, start = 0.3, steps = 500, learningRate = 1e-3, bounds: [low, high] = [0, 1] }: AdaMergingOptions): void {
  if (taskVectors.length === 0) throw new RangeError('adaMerging: taskVectors must hold at least 1, got 0');
  if (!Number.isFinite(start)) throw new RangeError(`adaMerging: start must be finite, got ${start}`);
  if (!(Number.isInteger(steps) && steps >= 1)) throw new RangeError(`adaMerging: steps must be a whole number >= 1, got ${steps}`);
  if (!(learningRate > 0 && learningRate < Infinity)) throw new RangeError(`adaMerging: learningRate must be > 0, got ${learningRate}`);
  if (!(low < high)) throw new RangeError(`adaMerging: bounds must rise, got [${low}, ${high}]`);
}

/**
 * Learns the coefficients of task vectors by Adam on a loss that needs no labels.
 *
 * @throws {RangeError} for options out of range, and a gradient that is not finite
 */
export async function adaMerging(options: AdaMergingOptions): Promise<AdaMerging> {
  checkOptions(options);
  const { base, taskVectors, lossGradient, per = 'tensor', start = 0.3, steps = 500, learningRate = 1e-3, bounds: [low, high] = [-Infinity, Infinity], onStep } = options;
  const tasks = taskVectors.length;
  const names = [...new Set(taskVectors.flatMap((vector) => Object.keys(vector)))];
  const groups = per === 'task' ? 1 : names.length;
  const lambdaOf = (values: readonly number[]): Coefficients => (per === 'task' ? values : Object.fromEntries(names.map((name, k) => [name, values.slice(k * tasks, (k + 1) * tasks)])));
  const next = adam(groups * tasks, learningRate);
  const losses: number[] = [];
  let values = Array.from({ length: groups * tasks }, () => start);
  for (let step = 0; step < steps; step++) {
    const { loss, gradient } = await lossGradient(addScaled(base, taskVectors, lambdaOf(values)), step);
    const rows = Object.values(coefficientGradient(gradient, taskVectors));
    const direction = per === 'task' ? taskVectors.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0)) : rows.flat();
    if (!direction.every(Number.isFinite)) throw new RangeError(`adaMerging: gradient must be finite, got other in step ${step}`);
    values = next(values, direction).map((value) => Math.min(Math.max(value, low), high));
    losses.push(loss);
    onStep?.(step, loss);
  }
  return { merged: addScaled(base, taskVectors, lambdaOf(values)), lambda: lambdaOf(values), losses };
}
