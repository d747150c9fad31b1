import type { Labels, Logits, Scalar, Targets, Tensor } from '@mixwell/tensor/tf';
import type * as tf from '@tensorflow/tfjs-core';
import { expectTypeOf } from 'vitest';
import { crossEntropy, mixupCrossEntropy, softCrossEntropy } from './index.ts';

declare const logits: Logits;
declare const targets: Targets;
declare const labels: Labels;
declare const plain: tf.Tensor;
declare const matrix: tf.Tensor2D;

// named tensors, plain ones and results of operations need no cast
softCrossEntropy(logits, targets);
softCrossEntropy(plain, matrix);
crossEntropy(matrix, labels);
mixupCrossEntropy(plain, labels, plain, 0.5);

// @ts-expect-error labels are no targets
softCrossEntropy(logits, labels);
// @ts-expect-error targets are no labels
crossEntropy(logits, targets);
// @ts-expect-error an unknown reduction
softCrossEntropy(logits, targets, { reduction: 'batch' });

expectTypeOf(softCrossEntropy(logits, targets)).toEqualTypeOf<Scalar>();
expectTypeOf(softCrossEntropy(logits, targets, { labelSmoothing: 0.1 })).toEqualTypeOf<Scalar>();
expectTypeOf(softCrossEntropy(logits, targets, { reduction: 'sum' })).toEqualTypeOf<Scalar>();
expectTypeOf(softCrossEntropy(logits, targets, { reduction: 'none' })).toEqualTypeOf<Tensor<['batch']>>();
