import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, rule } from './rule.ts';
import { sumTo } from './sum-to.ts';

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Matrix products; batch axes broadcast. */
export const matmulGradients: GradientTable = {
  BatchMatMul: rule(['a', 'b'], (dy, { a, b }, { transposeA, transposeB }: Transposes) => ({
    a: () => sumTo(transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB), a.shape),
    b: () => sumTo(transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false), b.shape),
  })),
};
