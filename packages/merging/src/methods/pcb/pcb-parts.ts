import { type HostTensor, sizeOf, type StateDict, stateDict } from '@mixwell/tensor';
import { type MergeStateDictsOptions, prepareMerge } from '../../merge-state-dicts.ts';
import { eachWeighedBlock, leastWeight, type PcbSettings, statisticsFor } from './pcb.ts';

/**
 * What each task contributes to PCB-Merging at λ = 1: wᵢ tᵢ / Σ w. The merge is θ₀ + Σ λᵢ partᵢ for every λ, so that a search over λ scores them once and then only blends:
 * `mergeStateDicts('linear', { models: [base, ...parts], perModel: [{ weight: 1 }, ...λ], parameters: { normalize: false } })`. The gradient of a loss by λᵢ is the scalar product of
 * its gradient by the merged weights with partᵢ.
 *
 * @param options as for `mergeStateDicts('pcb', …)`; `lambda` has no say
 * @returns `[models]`, float32, the tensors that are merged only
 * @throws {RangeError} as `mergeStateDicts`
 */
export function pcbParts(options: MergeStateDictsOptions): readonly StateDict<HostTensor<'float32'>>[] {
  const { plan, statistics, parametersOf, inputsOf } = prepareMerge('pcb', options);
  const merged = plan.tensors.filter(({ action, shape }) => action === 'merge' && sizeOf(shape) > 0);
  const entries = options.models.map((): [string, HostTensor<'float32'>][] => []);
  for (const tensor of merged) {
    const inputs = inputsOf(tensor);
    const settings = parametersOf(tensor.name) as unknown as PcbSettings;
    const parts = options.models.map(() => new Float32Array(inputs.models[0]!.length));
    eachWeighedBlock(settings, inputs, statisticsFor(settings, inputs, statistics), ({ start, length, tau, score }) => {
      for (let e = 0; e < length; e++) {
        let total = 0;
        for (const weights of score) total += weights[e]!;
        tau.forEach((row, i) => { parts[i]![start + e] = (score[i]![e]! * row[e]!) / Math.max(total, leastWeight); });
      }
    });
    parts.forEach((data, i) => entries[i]!.push([tensor.name, { dtype: 'float32', shape: inputs.shape, data }]));
  }
  return entries.map(stateDict);
}
