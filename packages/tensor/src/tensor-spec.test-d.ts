import type * as tf from '@tensorflow/tfjs-core';
import { expectTypeOf } from 'vitest';
import type { HostTensor } from './host-tensor.ts';
import { checkTensor, spec, type TensorSpec } from './tensor-spec.ts';

// literals are kept
const images = spec('float32', ['batch', 28, 28, 1]);
expectTypeOf(images).toEqualTypeOf<TensorSpec<'float32', readonly ['batch', 28, 28, 1]>>();
expectTypeOf(images.shape[0]).toEqualTypeOf<'batch'>();
expectTypeOf(images.shape[1]).toEqualTypeOf<28>();

// shapes that are known at run time only
declare const inputShape: readonly number[];
const dynamic: TensorSpec = spec('int32', ['batch', ...inputShape]);
void dynamic;
// @ts-expect-error a misspelt element type
spec('flaot32', [1]);

// a check tells the element type of a host tensor
export function read(x: HostTensor): Float32Array {
  // @ts-expect-error not known before
  const before: Float32Array = x.data;
  void before;
  checkTensor(x, images, 'read: x');
  expectTypeOf(x.data).toEqualTypeOf<Float32Array>();
  return x.data;
}

// and leaves other tensors what they are
export function pass(x: tf.Tensor4D): tf.Tensor4D {
  checkTensor(x, images, 'pass: x');
  expectTypeOf(x).toEqualTypeOf<tf.Tensor4D>();
  return x;
}
