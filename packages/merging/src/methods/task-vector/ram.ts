import { defineMethod, type MergeMethod, type TensorInputs, type Values } from '../../method.ts';
import { real } from '../../parameters/parameter-spec.ts';
import { eachDeltaBlock } from './task-vector.ts';

/** Task vectors with what is not active set to 0, and how many are active at each place. */
function eachActive(inputs: TensorInputs, epsilon: number, visit: (deltas: readonly Values[], active: Float64Array, start: number) => void): void {
  eachDeltaBlock(inputs, inputs.models[0]!, ({ start, deltas, doubles: [active] }) => {
    active!.fill(0);
    for (const delta of deltas) {
      for (let e = 0; e < delta.length; e++) {
        if (Math.abs(delta[e]!) > epsilon) active![e] = active![e]! + 1;
        else delta[e] = 0;
      }
    }
    visit(deltas, active!, start);
  }, { doubles: 1 });
}

/** `[models]`: what the entries that only one model changes are multiplied by. */
function uniqueFactors(inputs: TensorInputs, epsilon: number, r: number, alpha: number): number[] {
  const [shared, unique] = [inputs.models.map(() => 0), inputs.models.map(() => 0)];
  eachActive(inputs, epsilon, (deltas, active) => deltas.forEach((delta, i) => {
    for (let e = 0; e < delta.length; e++) {
      if (delta[e] === 0) continue;
      const counts = active[e]! > 1 ? shared : unique;
      counts[i] = counts[i]! + 1;
    }
  }));
  return shared.map((count, i) => 1 + r * Math.min(Math.max(count / Math.max(unique[i]!, epsilon), 0), alpha));
}

function merge(inputs: TensorInputs, epsilon: number, factors: readonly number[], out: Values): void {
  eachActive(inputs, epsilon, (deltas, active, start) => {
    for (let e = 0; e < deltas[0]!.length; e++) {
      let sum = 0;
      deltas.forEach((delta, i) => { sum += active[e] === 1 ? factors[i]! * delta[e]! : delta[e]!; });
      out[start + e] = (inputs.base?.[start + e] ?? 0) + sum / Math.max(active[e]!, 1);
    }
  });
}

const epsilon = real('tensor', 1e-5, '> 0', (x) => x > 0);

/** Reinforced agent merging: what one model changed is taken whole, what several changed as their mean. arXiv 2601.13572. */
export const ram: MergeMethod = defineMethod({
  name: 'ram',
  base: 'required',
  models: [1, Infinity],
  parameters: { epsilon },
  elementwise: () => true,
  merge: (inputs, parameters, _, out) => merge(inputs, parameters.epsilon, inputs.models.map(() => 1), out),
});

/** RAM+, per tensor: what one model alone changed counts 1 + r · clip(shared / unique, 0, alpha) times. arXiv 2601.13572. */
export const ramPlus: MergeMethod = defineMethod({
  name: 'ramplus_tl',
  base: 'required',
  models: [1, Infinity],
  parameters: { epsilon, r: real('tensor', 0.1), alpha: real('tensor', 0.2, '>= 0', (x) => x >= 0) },
  elementwise: () => false,
  merge: (inputs, parameters, _, out) => merge(inputs, parameters.epsilon, uniqueFactors(inputs, parameters.epsilon, parameters.r, parameters.alpha), out),
});
