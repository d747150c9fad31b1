import { type HostTensor, hostTensor, type StateDict, stateDict } from '@mixwell/tensor';

/** λ of every task: one for all tensors, or one for each. `[tasks]`, by the names of tensors where they differ. */
export type Coefficients = readonly number[] | Readonly<Record<string, readonly number[]>>;

export const coefficientsOf = (lambda: Coefficients, name: string): readonly number[] => (Array.isArray(lambda) ? lambda : (lambda as Readonly<Record<string, readonly number[]>>)[name]!);

/** θ − θ₀ of every tensor that is float32 or float64 in the base, in float64. @throws {RangeError} where a tensor is missing or has another shape */
export function taskVectorOf(base: StateDict<HostTensor>, model: StateDict<HostTensor>): StateDict<HostTensor<'float64'>> {
  const floating = Object.entries(base).filter(([, { dtype }]) => dtype === 'float32' || dtype === 'float64');
  return stateDict(floating.map(([name, { shape, data }]): [string, HostTensor<'float64'>] => {
    const other = model[name];
    if (other?.shape.join() !== shape.join()) throw new RangeError(`taskVectorOf: ${name} must have shape [${shape.join(', ')}], got ${other ? `[${other.shape.join(', ')}]` : 'none'}`);
    return [name, { dtype: 'float64', shape, data: Float64Array.from(data as Float32Array, (value, e) => Number(other.data[e]) - value) }];
  }));
}

/** θ₀ + Σ λᵢ τᵢ in the element type of the base. Tensors without a task vector are the base's own. */
export function addScaled(base: StateDict<HostTensor>, taskVectors: readonly StateDict<HostTensor>[], lambda: Coefficients): StateDict<HostTensor> {
  return stateDict(Object.entries(base).map(([name, tensor]): [string, HostTensor] => {
    const parts = taskVectors.map((vector) => vector[name]?.data as Float64Array | undefined);
    if (parts.every((part) => part === undefined)) return [name, tensor];
    const sum = Float64Array.from(tensor.data as Float32Array);
    coefficientsOf(lambda, name).forEach((value, i) => parts[i]?.forEach((delta, e) => { sum[e]! += value * delta; }));
    return [name, tensor.dtype === 'float64' ? hostTensor('float64', tensor.shape, sum) : hostTensor('float32', tensor.shape, Float32Array.from(sum))];
  }));
}
