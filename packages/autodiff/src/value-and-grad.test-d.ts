import type { StateDict } from '@mixwell/tensor';
import type * as tf from '@tensorflow/tfjs-core';
import { expectTypeOf, it } from 'vitest';
import { grad, hvp, unrolledValueAndGrad, valueAndGrad, vjp } from './index.ts';

interface Params {
  readonly w: tf.Tensor2D;
  readonly layers: readonly tf.Tensor[];
}

declare const params: Params;
declare const state: StateDict<tf.Tensor>;
declare const x: tf.Tensor4D;
declare const scalar: tf.Scalar;
declare const plain: (p: Params, images: tf.Tensor4D, scale: number) => tf.Scalar;
declare const withAux: (p: StateDict<tf.Tensor>, images: tf.Tensor4D) => { loss: tf.Scalar; logits: tf.Tensor2D; count: number };

it('a gradient has the type of its argument', () => {
  expectTypeOf(valueAndGrad(plain)(params, x, 1).grads).toEqualTypeOf<Params>();
  expectTypeOf(valueAndGrad(plain, { wrt: 1 })(params, x, 1).grads).toEqualTypeOf<tf.Tensor4D>();
  expectTypeOf(valueAndGrad(withAux, { wrt: [0, 1] })(state, x).grads).toEqualTypeOf<[StateDict<tf.Tensor>, tf.Tensor4D]>();
  expectTypeOf(grad(plain, { wrt: [1] })(params, x, 1)).toEqualTypeOf<[tf.Tensor4D]>();
  expectTypeOf(grad((p: Params) => grad(plain)(p, x, 1).w)(params)).toEqualTypeOf<Params>();
});

it('what the objective gives besides the loss comes back with its type', () => {
  expectTypeOf(valueAndGrad(withAux)(state, x).aux).toEqualTypeOf<Omit<ReturnType<typeof withAux>, 'loss'>>();
  expectTypeOf(valueAndGrad(withAux)(state, x).aux.logits).toEqualTypeOf<tf.Tensor2D>();
  expectTypeOf(valueAndGrad(plain)(params, x, 1).aux).toEqualTypeOf<Readonly<Record<string, never>>>();
  expectTypeOf(valueAndGrad(plain)(params, x, 1).value).toEqualTypeOf<tf.Scalar>();
});

it('products have the types of results and arguments', () => {
  expectTypeOf(vjp(withAux, { loss: scalar, logits: params.w, count: 0 }, { wrt: 1 })(state, x)).toEqualTypeOf<{ readonly value: ReturnType<typeof withAux>; readonly grads: tf.Tensor4D }>();
  expectTypeOf(hvp(plain, params)(params, x, 1)).toEqualTypeOf<Params>();
});

it('an objective must give a loss, and arguments of its types', () => {
  // @ts-expect-error no loss
  valueAndGrad(() => ({ logits: x }));
  // @ts-expect-error not the arguments of the objective
  valueAndGrad(plain)(x, params, 1);
  // @ts-expect-error not a direction like the argument
  hvp(plain, x);
});

it('gradients through steps have the types of start, inputs and what is shared', () => {
  const step = (carry: Params, input: tf.Tensor1D, learned: StateDict<tf.Tensor>, count: number): Params => (count > 0 ? carry : { ...carry, layers: [input, learned['x']!] });
  const run = unrolledValueAndGrad(step, (states, learned) => ({ loss: scalar, last: states.at(-1)!, of: learned['x']! }), { wrt: [0, 1, 2], form: 'graph' });
  expectTypeOf(run).parameters.toEqualTypeOf<[Params, readonly tf.Tensor1D[], StateDict<tf.Tensor>, number]>();
  expectTypeOf(run(params, [], state, 1).grads).toEqualTypeOf<[Params, readonly tf.Tensor1D[], StateDict<tf.Tensor>]>();
  expectTypeOf(run(params, [], state, 1).aux.last).toEqualTypeOf<Params>();
  expectTypeOf(unrolledValueAndGrad(step, () => scalar)(params, [], state, 1).grads).toEqualTypeOf<Params>();
});
