import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkWhole } from '../check.ts';

export interface SinkhornOptions {
  /** Weight of the entropy, > 0: the smaller, the closer to a permutation. Default 0.1. */
  readonly epsilon?: number;
  /** Sweeps at most. Default 100. */
  readonly sweeps?: number;
  /** Sweeps after the first in which Σᵢ |Δuᵢ|, averaged over the batch, is below this change nothing any more. Default 0.1. */
  readonly tolerance?: number;
}

function checkOptions(caller: string, { epsilon, sweeps, tolerance }: Required<SinkhornOptions>): void {
  if (!(epsilon > 0 && epsilon < Infinity)) throw new RangeError(`${caller}: epsilon must be > 0 and finite, got ${epsilon}`);
  checkWhole(caller, 'sweeps', sweeps);
  if (!(tolerance >= 0)) throw new RangeError(`${caller}: tolerance must be >= 0, got ${tolerance}`);
}

/**
 * Entropic optimal transport between uniform weights on both sides: P of Σ P·cost − epsilon · entropy(P), by Sinkhorn's sweeps in the log domain, which no size of costs overflows.
 * The columns were matched last: they sum to 1 / targets; rows do so the closer the smaller the tolerance is (with 0.1 some are off by tenths). It is a constant: no gradient flows
 * to the costs.
 *
 * Stopping early is data: the sweeps are always as many, and once the potentials hardly move they are kept as they are. So a compiled step serves every batch, and gives what
 * a loop that stops would give. All images of a batch stop together.
 *
 * Cuturi, "Sinkhorn Distances", NeurIPS 2013, arXiv 1306.0895; the stopping rule is that of AlignMix's code.
 *
 * @param cost [n, sources, targets]
 * @returns [n, sources, targets], each image's sums to 1
 * @throws {RangeError} for costs of another rank, options out of range
 */
export function sinkhornPlan(cost: tf.Tensor, { epsilon = 0.1, sweeps = 100, tolerance = 0.1 }: SinkhornOptions = {}): tf.Tensor3D {
  checkOptions('sinkhornPlan', { epsilon, sweeps, tolerance });
  if (cost.rank !== 3) throw new RangeError(`sinkhornPlan: cost must have shape [n, sources, targets], got [${cost.shape.join(', ')}]`);
  const [n, sources, targets] = cost.shape as [number, number, number];
  return tf.tidy(() => {
    const kernel = tf.mul(detach(cost), -1 / epsilon);
    const [logSource, logTarget] = [Math.log(1 / sources + 1e-8), Math.log(1 / targets + 1e-8)];
    // potentials divided by epsilon
    let [u, v]: tf.Tensor[] = [tf.zeros([n, sources, 1]), tf.zeros([n, 1, targets])];
    let moving: tf.Tensor = tf.scalar(1, 'bool');
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const nextU = tf.sub(logSource, tf.logSumExp(tf.add(kernel, v!), 2, true));
      const nextV = tf.sub(logTarget, tf.logSumExp(tf.add(kernel, nextU), 1, true));
      const change = tf.mul(tf.sum(tf.abs(tf.sub(nextU, u!))), epsilon / n);
      [u, v] = [tf.where(moving, nextU, u!), tf.where(moving, nextV, v!)];
      moving = tf.logicalAnd(moving, tf.greaterEqual(change, tolerance));
    }
    return tf.exp(tf.add<tf.Tensor3D>(tf.add(kernel, u!), v!));
  });
}
