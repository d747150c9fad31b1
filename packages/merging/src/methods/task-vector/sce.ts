import { defineMethod, type MergeMethod, type TensorInputs, type Values } from '../../method.ts';
import { share } from '../../parameters/parameter-spec.ts';
import { type BlockSource, type Largest, largest } from '../../statistics/largest.ts';
import { eachDeltaBlock } from './task-vector.ts';

/** Below it the sum of the tasks' weights, or of those that agree, counts as nothing. */
const least = 1e-6;

/** All task vectors and their biased variances, block by block. */
function eachWithVariance(inputs: TensorInputs, visit: (deltas: readonly Values[], variance: Values, start: number) => void): void {
  eachDeltaBlock(inputs, inputs.models[0]!, ({ start, length, deltas, extra: [variance] }) => {
    for (let e = 0; e < length; e++) {
      let [mean, squares] = [0, 0];
      for (const delta of deltas) mean += delta[e]! / deltas.length;
      for (const delta of deltas) squares += (delta[e]! - mean) ** 2;
      variance![e] = squares / deltas.length;
    }
    visit(deltas, variance!, start);
  }, { extra: 1 });
}

/** The positions where the tasks vary most: a share of those where they vary at all. */
function selection(inputs: TensorInputs, topk: number): Largest {
  if (topk >= 1) return { threshold: -1, lastTie: -1 };
  const variances: BlockSource = { size: inputs.models[0]!.length, each: (visit) => eachWithVariance(inputs, (_, variance, start) => visit(variance, start)) };
  let varying = 0;
  variances.each((block) => { for (let e = 0; e < block.length; e++) if (block[e] !== 0) varying++; });
  return largest(variances, Math.floor(varying * topk));
}

function eachSelected(inputs: TensorInputs, { threshold, lastTie }: Largest, visit: (deltas: readonly Values[], start: number) => void): void {
  eachWithVariance(inputs, (deltas, variance, start) => {
    for (let e = 0; e < variance.length; e++) {
      if (variance[e]! > threshold || (variance[e] === threshold && start + e <= lastTie)) continue;
      for (const delta of deltas) delta[e] = 0;
    }
    visit(deltas, start);
  });
}

/** Mean squares of the tasks, as shares of their sum. */
function taskWeights(inputs: TensorInputs, selected: Largest): number[] {
  const squares = inputs.models.map(() => 0);
  eachSelected(inputs, selected, (deltas) => deltas.forEach((delta, i) => { for (let e = 0; e < delta.length; e++) squares[i] = squares[i]! + delta[e]! ** 2; }));
  const means = squares.map((sum) => sum / inputs.models[0]!.length);
  const total = means.reduce((a, b) => a + b, 0);
  return means.map((mean) => (Math.abs(total) < least ? 1 / means.length : mean / total));
}

function merge(inputs: TensorInputs, topk: number, out: Values): void {
  const selected = selection(inputs, topk);
  const weights = taskWeights(inputs, selected);
  eachSelected(inputs, selected, (deltas, start) => {
    for (let e = 0; e < deltas[0]!.length; e++) {
      let [sum, mixed, total] = [0, 0, 0];
      for (const delta of deltas) sum += delta[e]!;
      deltas.forEach((delta, i) => {
        if (!(sum >= 0 ? delta[e]! > 0 : delta[e]! < 0)) return;
        mixed += weights[i]! * delta[e]!;
        total += weights[i]!;
      });
      out[start + e] = (inputs.base?.[start + e] ?? 0) + mixed / Math.max(total, least);
    }
  });
}

/**
 * SCE: selects the positions where the tasks vary most, weighs each task by its mean square there, erases what is against the sign of the sum.
 * Wan et al., "FuseChat", 2024, arXiv 2408.07990.
 */
export const sce: MergeMethod = defineMethod({
  name: 'sce',
  base: 'required',
  models: [1, Infinity],
  parameters: { select_topk: share('tensor', 1) },
  elementwise: () => false,
  merge: (inputs, { select_topk: topk }, _, out) => merge(inputs, topk, out),
});
