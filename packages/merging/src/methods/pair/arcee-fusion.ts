import { defineMethod, type MergeMethod, type Values } from '../../method.ts';
import { type BlockSource, magnitudesAt } from '../../statistics/largest.ts';

/** Added to every probability. */
const epsilon = 1e-8;

/** softmax of a row, plus epsilon. */
function probabilities(row: Values): Float64Array {
  let largest = -Infinity;
  for (let e = 0; e < row.length; e++) largest = Math.max(largest, row[e]!);
  const exponentials = Float64Array.from(row, (x) => Math.exp(x - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((x) => x / sum + epsilon);
}

/** |θ − θ₀| times KL(softmax θ ‖ softmax θ₀), row by row (last axis). A divergence that rounding takes below 0 is 0. */
function importances(base: Values, model: Values, row: number): BlockSource {
  const room = new Float64Array(row);
  const divergences = new Float64Array(model.length / row);
  for (let k = 0; k < divergences.length; k++) {
    const [p, q] = [probabilities(model.subarray(k * row, (k + 1) * row)), probabilities(base.subarray(k * row, (k + 1) * row))];
    divergences[k] = Math.max(0, p.reduce((sum, value, e) => sum + value * Math.log(value / q[e]!), 0));
  }
  return {
    size: model.length,
    each: (visit) => divergences.forEach((divergence, k) => {
      for (let e = 0; e < row; e++) room[e] = Math.abs(model[k * row + e]! - base[k * row + e]!) * divergence;
      visit(room, k * row);
    }),
  };
}

/** Takes from the model what is important: where importance reaches its median + 1.5 interquartile ranges. The quantiles are exact at any size. */
export const arceeFusion: MergeMethod = defineMethod({
  name: 'arcee_fusion',
  base: 'required',
  models: [1, 1],
  parameters: {},
  elementwise: () => false,
  merge({ base, models: [model], shape }, _, __, out) {
    const importance = importances(base!, model!, shape.at(-1) ?? 1);
    const [low, median, high] = magnitudesAt(importance, [0.25, 0.5, 0.75].map((q) => Math.floor(q * (importance.size - 1)))) as [number, number, number];
    const threshold = median + 1.5 * (high - low);
    importance.each((block, start) => {
      for (let e = 0; e < block.length; e++) out[start + e] = (block[e]! >= threshold ? model! : base!)[start + e]!;
    });
  },
});
