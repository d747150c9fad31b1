import { type HostTensor, hostTensor, type StateDict, stateDict } from '@mixwell/tensor';
import { axisView, takeUnits } from './axis-view.ts';
import { type PermutationSpec, unitsOf } from './permutation-spec.ts';

/** Where each hidden unit comes from, by the name of the units: unit u of the result is unit `order[u]`. */
export type Permutations = Readonly<Record<string, ArrayLike<number>>>;

/** A tensor with its axes permuted, but for one. */
export function permuteTensor(name: string, tensor: HostTensor, spec: PermutationSpec, permutations: Permutations, except?: number): HostTensor['data'] {
  return (spec[name] ?? []).reduce<HostTensor['data']>((data, entry, axis) => {
    const order = permutations[unitsOf(entry) ?? ''];
    return axis === except || !order ? data : takeUnits(data, axisView(name, tensor, axis, entry, order.length), order);
  }, tensor.data);
}

/**
 * The same network with its hidden units in another order: it computes the same.
 *
 * @throws {RangeError} where an order is no permutation, or a tensor does not fit the spec
 */
export function permuteUnits(spec: PermutationSpec, dict: StateDict<HostTensor>, permutations: Permutations): StateDict<HostTensor> {
  for (const [units, order] of Object.entries(permutations)) {
    if (new Set(Array.from(order)).size !== order.length || Array.from(order).some((u) => !(Number.isInteger(u) && u >= 0 && u < order.length))) {
      throw new RangeError(`permuteUnits: order of ${units} must be a permutation of 0 … ${order.length - 1}`);
    }
  }
  return stateDict(Object.entries(dict).map(([name, tensor]): [string, HostTensor] => [name, hostTensor(tensor.dtype, tensor.shape, permuteTensor(name, tensor, spec, permutations))]));
}
