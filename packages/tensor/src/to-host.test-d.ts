import type * as tf from '@tensorflow/tfjs-core';
import type * as ort from 'onnxruntime-node';
import { expectTypeOf } from 'vitest';
import { type HostTensor, hostTensor } from './host-tensor.ts';
import { toHost } from './to-host.ts';

declare const tensor: tf.Tensor;
declare const scalar: tf.Scalar;
declare const variable: tf.Variable<tf.Rank.R2>;
declare const output: ort.Tensor;
declare const outputs: ort.InferenceSession.OnnxValueMapType;
declare const half: HostTensor<'float16'>;

// tensors of both libraries enter as they are
expectTypeOf(toHost(tensor)).toEqualTypeOf<HostTensor>();
toHost(scalar);
toHost(variable);
toHost(output);
toHost(outputs['logits'] as ort.Tensor);
toHost(half);

// arrays
toHost(1);
toHost([[1, 2], [3, 4]]);
toHost([[true], [false]] as const);
toHost([1n]);
toHost(Float32Array.of(1));
toHost({ data: Int32Array.of(1), shape: [1] });
toHost({ data: [1, 2], shape: [2] as const });

// what holds no numbers, or does not say which
// @ts-expect-error strings
toHost(['a']);
// @ts-expect-error no shape
toHost({ data: [1] });
// @ts-expect-error uint16, or bits of a 16-bit float?
toHost(Uint16Array.of(1));

// element type and array belong together
expectTypeOf(hostTensor('int64', [1], BigInt64Array.of(1n))).toEqualTypeOf<HostTensor<'int64'>>();
// @ts-expect-error an Int32Array is no int64
hostTensor('int64', [1], Int32Array.of(1));
const widened: HostTensor = hostTensor('uint8', [1], Uint8Array.of(1));
// @ts-expect-error of any type, not of this one
const narrowed: HostTensor<'uint8'> = widened;
void narrowed;
