import { compile, valueAndGrad } from '@mixwell/autodiff';
import { stateDict, type Rng, type StateDict } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from './check.ts';
import { clipByGlobalNorm, clipByValue } from './clip.ts';
import { movingAverage } from './ema.ts';
import type { Optimizer, StepRates } from './optimizer.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import type { TrainState, Variables } from './train-state.ts';
import { disposeTree } from './tree.ts';

/** What is minimised, and what else comes of a batch. */
export interface ObjectiveResult {
  /** Scalar. */
  readonly loss: tf.Tensor;
  /** All buffers after the batch. Default: they stay as they are. */
  readonly buffers?: StateDict<tf.Tensor>;
  /** Scalars to report, such as `accuracy`. */
  readonly metrics?: Readonly<Record<string, tf.Tensor>>;
}

/** A loss of the network's values on one batch. It is traced: no reading of values, and no randomness but tensors drawn from `rng`. */
export type Objective<Batch> = (vars: Variables, batch: Batch, rng: Rng) => ObjectiveResult;

export interface StepResult {
  readonly state: TrainState;
  /** Scalars: `loss`, `learningRate`, those of the objective, and `gradientNorm` where it is clipped. */
  readonly metrics: Readonly<Record<string, tf.Tensor>>;
}

/**
 * One step of training. It consumes the state (later use of its tensors throws) and leaves the batch alone; what it returns is the caller's.
 *
 * @param rng where draws of the step come from, as `rng.split(number of the step)`: it is not advanced, and a resumed run draws the same
 */
export type Step<Batch> = (state: TrainState, batch: Batch, rng: Rng) => StepResult;

export interface MakeStepOptions {
  /** Limits the gradient: its global norm (`{ norm }`), or each element (`{ value }`). Default: no limit. */
  readonly clip?: { readonly norm: number } | { readonly value: number };
  /**
   * 1 − decay of the moving averages of params and buffers, in (0, 0.5], or a schedule of it (`emaWarmUp`). Needs a state made with `ema: true`.
   * Default: no averages.
   */
  readonly ema?: number | Schedule;
}

interface Rates extends StepRates {
  readonly emaRate: tf.Tensor | null;
}

type Grads = StateDict<tf.Tensor>;

function checkOptions({ clip, ema }: MakeStepOptions): void {
  if (typeof ema === 'number' && !(ema > 0 && ema <= 0.5)) throw new RangeError(`makeStep: ema must be in (0, 0.5] (it is 1 - decay), got ${ema}`);
  if (clip && 'norm' in clip) checkPositive('makeStep', 'clip.norm', clip.norm);
  else if (clip) checkPositive('makeStep', 'clip.value', clip.value);
}

function clipped(grads: Grads, clip: MakeStepOptions['clip']): { grads: Grads; metrics: Readonly<Record<string, tf.Tensor>> } {
  if (!clip) return { grads, metrics: {} };
  if ('value' in clip) return { grads: clipByValue(grads, clip.value), metrics: {} };
  const { grads: scaled, norm } = clipByGlobalNorm(grads, clip.norm);
  return { grads: scaled, metrics: { gradientNorm: norm } };
}

function checkScalars(metrics: Readonly<Record<string, tf.Tensor>>): void {
  for (const [name, metric] of Object.entries(metrics)) {
    if (metric.size !== 1) throw new RangeError(`makeStep: metrics.${name} must be a scalar, got shape [${metric.shape.join(', ')}]`);
  }
}

/** Loss, gradients of the parameters that are trained, and what else the objective gives. */
function differentiate<Batch>(objective: Objective<Batch>, optimizer: Optimizer, { params, buffers }: Variables, batch: Batch, rng: Rng) {
  const trained = stateDict(optimizer.trainable(params).map((name) => [name, params[name]!] as const));
  const { value, grads, aux } = valueAndGrad((values: Grads) => {
    const result = objective({ params: stateDict([...Object.entries(params), ...Object.entries(values)]), buffers }, batch, rng);
    return { loss: result.loss as tf.Scalar, buffers: result.buffers ?? buffers, metrics: result.metrics ?? {} };
  })(trained);
  checkScalars(aux.metrics);
  return { loss: value, grads, ...aux };
}

function average(state: TrainState, next: Variables, rate: tf.Tensor | null): { ema?: Variables } {
  if (!rate) return state.ema ? { ema: state.ema } : {};
  if (!state.ema) throw new RangeError('makeStep: state must have moving averages with the option ema (make it with createState(vars, optimizer, { ema: true }))');
  return { ema: movingAverage(state.ema, next, rate) };
}

/**
 * The usual training step: loss and gradients of an objective, clipping, the optimiser, moving averages; compiled as one function where the back end has a compiler.
 * Learning rate and averaging rate of a step are computed on the host from `state.step` and enter as tensors.
 *
 * @throws {RangeError} for options out of range; while stepping, for metrics that are not scalars, or a state without averages where they are asked for
 */
export function makeStep<Batch>(objective: Objective<Batch>, optimizer: Optimizer, options: MakeStepOptions = {}): Step<Batch> {
  checkOptions(options);
  const emaRate = options.ema === undefined ? null : scheduleOf('makeStep', 'ema', options.ema);

  const compiled = compile(function trainStep(state: TrainState, batch: Batch, rates: Rates, rng: Rng): StepResult {
    const { loss, grads, buffers, metrics } = differentiate(objective, optimizer, state, batch, rng);
    const limited = clipped(grads, options.clip);
    const updated = optimizer.update(limited.grads, state.optimizer, state.params, rates);
    const next = { params: updated.params, buffers };
    return {
      state: { ...next, optimizer: updated.state, ...average(state, next, rates.emaRate), step: tf.add(state.step, tf.scalar(1, 'int32')) },
      metrics: { loss, ...metrics, ...limited.metrics, learningRate: rates.learningRate },
    };
  }, { donate: [0] });

  return (state, batch, rng) => {
    const at = state.step.dataSync()[0]!;
    const rates: Rates = { learningRate: tf.scalar(optimizer.learningRate(at)), emaRate: emaRate && tf.scalar(emaRate(at)) };
    try {
      return compiled(state, batch, rates, rng.split(at));
    } finally {
      disposeTree(rates);
    }
  };
}
