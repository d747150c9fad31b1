import { type HostTensor, hostTensor, toFloat32 } from '@mixwell/tensor';
import { checkPlan } from './check-plan.ts';
import type { Plan } from './plan.ts';

/**
 * The mixed targets of a regression: row r is Σⱼ labelWeights[r, j] · targets[sources[r, j]]. Agrees with `mixTargets` on tensors. For classes there is `mixLabels`.
 *
 * @param targets [batch, dimensions]
 * @returns [rows, dimensions]; a label weight of 1 gives a target back bit for bit
 * @throws {RangeError} for another shape, or a plan that contradicts itself
 */
export function mixRegressionTargets(plan: Plan, targets: HostTensor<'float32' | 'float64'>): HostTensor<'float32'> {
  checkPlan(plan, 'mixRegressionTargets');
  const { batch, rows, k, sources, labelWeights } = plan;
  const [count, dim] = targets.shape;
  if (targets.shape.length !== 2 || count !== batch) {
    throw new RangeError(`mixRegressionTargets: targets must have shape [${batch}, dimensions], got [${targets.shape.join(', ')}]`);
  }
  const { data } = toFloat32(targets);
  const mixed = new Float32Array(rows * dim!);
  for (let i = 0; i < rows * k; i++) {
    const [weight, from, to] = [labelWeights[i]!, sources[i]! * dim!, Math.floor(i / k) * dim!];
    if (weight === 0) continue; // whatever that target holds
    for (let d = 0; d < dim!; d++) mixed[to + d] = mixed[to + d]! + Math.fround(weight * data[from + d]!);
  }
  return hostTensor('float32', [rows, dim!], mixed);
}
