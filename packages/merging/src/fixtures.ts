import { createRng, type HostTensor, normal, type Rng, type StateDict, stateDict } from '@mixwell/tensor';

/** Shapes of a small network: matrices, a convolution, biases, a scalar, an empty tensor. */
const shapes: Readonly<Record<string, readonly number[]>> = {
  'embed.weight': [37, 8], 'layers.0.weight': [8, 24], 'layers.0.bias': [24], 'layers.1.weight': [3, 3, 4, 6], 'layers.1.bias': [6], scale: [], none: [0, 5], 'head.weight': [6, 1],
};

export const draw = (rng: Rng, size: number, deviation = 1): Float64Array => Float64Array.from({ length: size }, () => deviation * normal(rng));

function dictOf(rng: Rng, dtype: 'float32' | 'float64', around?: StateDict<HostTensor>): StateDict<HostTensor> {
  return stateDict(Object.entries(shapes).map(([name, shape]): [string, HostTensor] => {
    const size = shape.reduce((a, b) => a * b, 1);
    const values = draw(rng.split(name), size, around ? 0.1 : 0.5).map((x, e) => x + Number(around?.[name]!.data[e] ?? 0));
    return [name, dtype === 'float32' ? { dtype, shape, data: Float32Array.from(values) } : { dtype, shape, data: values }];
  }));
}

export interface Family {
  readonly base: StateDict<HostTensor>;
  readonly models: readonly StateDict<HostTensor>[];
}

/** A base and models that were fine-tuned from it. */
export function family(seed: number, models: number, dtype: 'float32' | 'float64' = 'float32'): Family {
  const rng = createRng(seed);
  const base = dictOf(rng.split('base'), dtype);
  return { base, models: Array.from({ length: models }, (_, i) => dictOf(rng.split(i), dtype, base)) };
}

/** The largest difference of two state dicts of one structure. */
export function distance(a: StateDict<HostTensor>, b: StateDict<HostTensor>): number {
  let most = 0;
  for (const [name, { data }] of Object.entries(a)) {
    for (let e = 0; e < data.length; e++) most = Math.max(most, Math.abs(Number(data[e]) - Number(b[name]!.data[e])));
  }
  return most;
}

/** A state dict of one float32 vector `x`. */
export const vector = (values: readonly number[] | Float32Array): StateDict<HostTensor<'float32'>> => ({ x: { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) } });
