import * as tf from '@tensorflow/tfjs-core';

/** How to fill an operand. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  /** 'random' in [−2, 2], 'positive' in (0, 2], 'unit' in (−1, 1), 'edge': NaN, infinities, zeros and extremes; or the values. */
  readonly fill: 'random' | 'positive' | 'unit' | 'edge' | readonly number[];
}

/** One kernel call. */
export interface Case {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Operand>> | readonly Operand[];
  readonly attrs?: object;
  readonly tolerance?: number;
  readonly note?: string;
}

export const f = (shape: readonly number[], fill: Operand['fill'] = 'random'): Operand => ({ shape, dtype: 'float32', fill });
export const i = (shape: readonly number[], fill: Operand['fill'] = 'random'): Operand => ({ shape, dtype: 'int32', fill });
export const b = (shape: readonly number[], fill: Operand['fill'] = 'random'): Operand => ({ shape, dtype: 'bool', fill });
const edgeValues = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 1e-30, -1e-30, 3e4, -3e4, 2.5, -2.5, 1e-5];

/** The operand's elements; `seed` makes them differ between operands. */
export function fillOperand({ shape, dtype, fill }: Operand, seed: number): tf.Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 0x1000000;
  };
  const value = (k: number): number => {
    if (typeof fill !== 'string') return fill[k]!;
    if (fill === 'edge') return edgeValues[k % edgeValues.length]!;
    const u = uniform();
    if (dtype === 'bool') return u < 0.5 ? 0 : 1;
    if (fill === 'positive') return dtype === 'int32' ? 1 + Math.floor(u * 6) : 2 - 2 * u;
    if (fill === 'unit') return 2 * u - 1;
    return dtype === 'int32' ? Math.floor(u * 11) - 5 : 4 * u - 2;
  };
  return tf.tensor(Array.from({ length: count }, (_, k) => value(k)), [...shape], dtype);
}
