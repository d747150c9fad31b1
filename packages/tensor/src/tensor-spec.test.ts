import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { hostTensor } from './host-tensor.ts';
import { checkTensor, spec } from './tensor-spec.ts';

const images = spec('float32', ['batch', 28, 28, 1]);

describe('spec', () => {
  it('is plain data', () => {
    expect(images).toEqual({ dtype: 'float32', shape: ['batch', 28, 28, 1] });
  });

  it('refuses what is no axis or element type', () => {
    expect(() => spec('float32', ['batch', -1])).toThrow(new RangeError('spec: axis 1 must be a name or a whole number >= 0, got -1'));
    expect(() => spec('float32', [''])).toThrow(new RangeError('spec: axis 0 must be a name or a whole number >= 0, got ""'));
    expect(() => spec('complex64' as never, [])).toThrow(new TypeError('spec: dtype must be an element type of host tensors, got complex64'));
  });
});

describe('checkTensor', () => {
  it('takes TensorFlow.js and host tensors that fit', () => {
    checkTensor(tf.zeros([5, 28, 28, 1]), images, 'f: x');
    checkTensor(hostTensor('float32', [0, 28, 28, 1], new Float32Array(0)), images, 'f: x');
    checkTensor(hostTensor('int64', [], new BigInt64Array(1)), spec('int64', []), 'f: x');
  });

  it('names the argument and the axis that does not fit', () => {
    expect(() => checkTensor(tf.zeros([5, 28, 27, 1]), images, 'f: x')).toThrow(new RangeError('f: x must be float32 [batch, 28, 28, 1], got float32 [5, 28, 27, 1] (axis 2)'));
    expect(() => checkTensor(tf.zeros([5, 28, 28]), images, 'f: x')).toThrow(new RangeError('f: x must be float32 [batch, 28, 28, 1], got float32 [5, 28, 28]'));
    expect(() => checkTensor(tf.zeros([5, 28, 28, 1], 'int32'), images, 'f: x')).toThrow(new TypeError('f: x must be float32 [batch, 28, 28, 1], got int32 [5, 28, 28, 1]'));
  });

  it('wants one size for axes of one name, within a tensor and across arguments', () => {
    const square = spec('float32', ['n', 'n']);
    checkTensor(tf.zeros([3, 3]), square, 'f: gram');
    expect(() => checkTensor(tf.zeros([3, 4]), square, 'f: gram')).toThrow(new RangeError('f: gram must be float32 [n, n] with n = 3, got float32 [3, 4] (axis 1)'));

    const sizes = new Map<string, number>();
    checkTensor(tf.zeros([4, 10]), spec('float32', ['batch', 'class']), 'f: logits', sizes);
    expect(sizes).toEqual(new Map([['batch', 4], ['class', 10]]));
    expect(() => checkTensor(tf.zeros([3], 'int32'), spec('int32', ['batch']), 'f: labels', sizes)).toThrow(new RangeError('f: labels must be int32 [batch] with batch = 4, got int32 [3] (axis 0)'));
  });
});
