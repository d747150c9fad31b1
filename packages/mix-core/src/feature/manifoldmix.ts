import type { PairOptions } from '../policy/draw-lambda.ts';
import { oneOf } from '../policy/one-of.ts';
import type { Policy } from '../policy/policy.ts';
import { mixup } from '../static/mixup.ts';
import { atStage } from './at-stage.ts';

export interface ManifoldmixOptions extends PairOptions {
  /** Names of the stages after which a batch may be mixed; 'input' stands for the input of the network. */
  readonly stages: readonly string[];
  /** One for each stage, summing to 1. Default: equal. */
  readonly probabilities?: readonly number[];
}

/**
 * Manifold mixup: mixup of the input or of what a stage of the network gives, which is drawn for each batch. Default of alpha: 2. Draws the stage, then λ, then partners. The
 * paper's networks are mixed at 'input' and after their first two stages. `runWithMix` of `@mixwell/mix-core/tf` applies it.
 *
 * Verma, Lamb, Beckham, Najafi, Mitliagkas, Lopez-Paz, Bengio, "Manifold Mixup: Better Representations by Interpolating Hidden States", ICML 2019, arXiv 1806.05236.
 *
 * @throws {RangeError} for no stages or empty names, probabilities that do not fit, alpha ≤ 0, λ outside [0, 1]
 */
export function manifoldmix({ stages, probabilities, ...options }: ManifoldmixOptions): Policy {
  if (stages.length === 0) throw new RangeError('manifoldmix: stages must be at least one, got none');
  const policy = mixup(options.lambda === undefined ? { alpha: 2, ...options } : options);
  return oneOf(stages.map((stage) => (stage === 'input' ? policy : atStage(stage, policy))), probabilities);
}
