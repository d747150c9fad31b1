import * as tf from '@tensorflow/tfjs-core';
import { expectTypeOf } from 'vitest';
import { type Embeddings, type Features, type Images, type Labels, type Logits, named, type Scalar, type Targets, type Tensor } from './named.ts';

declare const images: Images;
declare const logits: Logits;
declare const features: Features;
declare const labels: Labels;
declare const loss: Scalar;
declare function classify(images: Images): Logits;
declare function crossEntropy(logits: Logits, targets: Targets): Scalar;
declare function train(logits: Logits, labels: Labels): Scalar;

// plain tensors of the right rank need no cast
declare const plain2: tf.Tensor2D;
declare const plain4: tf.Tensor4D;
classify(plain4);
classify(tf.zeros<tf.Rank.R4>([1, 28, 28, 1]));
crossEntropy(plain2, plain2);
crossEntropy(tf.softmax(plain2), tf.oneHot(tf.tensor1d([0, 1], 'int32'), 10) as tf.Tensor2D);
crossEntropy(classify(images), tf.tensor2d([[0, 1]]));
train(logits, tf.tensor1d([1, 2], 'int32'));

// results of operations, whose rank TensorFlow.js does not know, and variables
crossEntropy(tf.add(logits, 1), tf.mul(plain2, plain2));
crossEntropy(tf.variable(plain2), plain2);
classify(tf.tidy(() => tf.relu(images)));
expectTypeOf(tf.relu(images)).toEqualTypeOf<Images>();

// named tensors go into every operation, and out to plain tensors
tf.matMul(logits, features, false, true);
tf.conv2d(images, tf.zeros<tf.Rank.R4>([3, 3, 1, 8]), 1, 'same');
const out2: tf.Tensor2D = logits;
const outAny: tf.Tensor = images;
const out0: tf.Scalar = loss;
void [out2, outAny, out0];

// other axes do not compile
// @ts-expect-error features are no logits
crossEntropy(features, plain2);
// @ts-expect-error logits are no images
classify(logits);
// @ts-expect-error the two are swapped
train(labels, logits);
// @ts-expect-error features are no embeddings, though both have two axes
const embeddings: Embeddings = features;
// @ts-expect-error the same names in another order
const flipped: Tensor<['class', 'batch']> = logits;
void [embeddings, flipped];

// other ranks do not compile
// @ts-expect-error rank 4
crossEntropy(plain4, plain2);
// @ts-expect-error rank 2
const scalar: Scalar = plain2;
// @ts-expect-error rank 1
classify(tf.tensor1d([1]));
void scalar;

// names are given where they are known
expectTypeOf(named(plain2, 'batch', 'class')).toEqualTypeOf<Tensor<['batch', 'class']>>();
crossEntropy(named(tf.reshape(images, [1, -1]), 'batch', 'class'), plain2);
// @ts-expect-error these names are not those of logits
crossEntropy(named(plain2, 'batch', 'feature'), plain2);

// any axes
declare function anyAxes(x: Tensor): void;
anyAxes(images);
anyAxes(plain2);
expectTypeOf<Targets>().toEqualTypeOf<Logits>();
