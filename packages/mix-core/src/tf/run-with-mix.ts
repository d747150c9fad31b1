import type { StateDict } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { applyMix } from './apply-mix.ts';
import type { Mix } from './mix.ts';

interface MixableVariables {
  readonly params: StateDict<tf.Tensor>;
  readonly buffers: StateDict<tf.Tensor>;
}

// a type, as `tf.tidy` returns no interfaces
type MixableResult = {
  readonly y: tf.Tensor;
  readonly taps: StateDict<tf.Tensor>;
  readonly buffers: StateDict<tf.Tensor>;
};

interface StageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly tap?: readonly string[];
}

/** A network whose stages run apart, such as a `Model` of `@mixwell/models`. */
export interface MixableModel<Options extends StageOptions = StageOptions> {
  readonly stages: readonly { readonly name: string; readonly taps?: readonly string[] }[];
  run(vars: MixableVariables, x: tf.Tensor, options?: Options): MixableResult;
}

export type RunWithMixOptions<Options> = Omit<Options, 'from' | 'to'> & {
  /** Stage after which to mix: `plan.stage`. Left out: the input is mixed. */
  readonly stage?: string | undefined;
};

/**
 * Runs a model whose input, or the output of one of whose stages, is mixed: manifold mixup, AlignMix, the hidden mode of C-Mixup. The stages before see clean data (so do their
 * batch norms), gradients flow through all sources. Where a mixed batch has another number of rows, the rest of the network has it too.
 *
 * Stages have outputs of different shapes: make a compiled step for each stage. Within one, another λ, partner or direction compiles nothing anew; a mix of AlignMix has one
 * tensor more than others, which is a form of its own.
 *
 * @param options those of `model.run` besides `from` and `to`, and the stage
 * @returns what `model.run` returns; taps before the stage are of clean data, and so is the stage's own
 * @throws {RangeError} for an unknown stage, or a mix that does not fit the stage's output
 */
export function runWithMix<Options extends StageOptions>(model: MixableModel<Options>, vars: MixableVariables, x: tf.Tensor, mix: Mix, options: RunWithMixOptions<Options>): MixableResult {
  const { stage, tap = [], ...rest } = options;
  const run = (values: MixableVariables, input: tf.Tensor, part: StageOptions): MixableResult => model.run(values, input, { ...rest, ...part } as unknown as Options);
  if (stage === undefined) return tf.tidy(() => run(vars, applyMix(mix, x), { tap }));
  const { stages } = model;
  const last = stages.findIndex(({ name }) => name === stage);
  if (last === -1) throw new RangeError(`runWithMix: stage must be one of ${stages.map(({ name }) => name).join(', ')}, got '${stage}'`);
  const shown = stages.slice(0, last + 1).flatMap(({ name, taps = [] }) => [name, ...taps]);
  const next = stages[last + 1];
  return tf.tidy(() => {
    const lower = run(vars, x, { to: stage, tap: next ? tap.filter((name) => shown.includes(name)) : tap });
    const mixed = applyMix(mix, lower.y);
    if (!next) return { ...lower, y: mixed };
    const upper = run({ params: vars.params, buffers: lower.buffers }, mixed, { from: next.name, tap: tap.filter((name) => !shown.includes(name)) });
    return { y: upper.y, taps: Object.assign(Object.create(null), lower.taps, upper.taps) as StateDict<tf.Tensor>, buffers: upper.buffers };
  });
}
