import { compile } from '@mixwell/autodiff';
import type { Batch } from '@mixwell/data';
import { softCrossEntropy } from '@mixwell/losses';
import { gradientSaliency } from '@mixwell/mix-core/tf';
import type { Model, Variables } from '@mixwell/models';
import { type HostTensor, toHost } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { Observe } from './classifier-trainer.ts';

type Map = (vars: Pick<Variables, 'params' | 'buffers'>, images: tf.Tensor, labels: tf.Tensor) => tf.Tensor;

/** Compiles a map of the network, and runs it on batches. */
function observer(name: 'saliency' | 'attention', map: Map): Observe {
  const compiled = compile(map);
  return async ({ params, buffers }, { images, labels }: Batch) => {
    const [x, y] = [toTf(images), toTf(labels)];
    const seen = compiled({ params, buffers }, x, y);
    const host = toHost(seen) as HostTensor<'float32'>;
    tf.dispose([x, y, seen]);
    return { [name]: host };
  };
}

/** Every cell of [rows, h, w] as a square of pixels, [rows, h · side, w · side]. */
function grown(cells: tf.Tensor, side: number): tf.Tensor {
  const [rows, h, w] = cells.shape as [number, number, number];
  return tf.reshape(tf.tile(tf.reshape(cells, [rows, h, 1, w, 1]), [1, 1, side, 1, side]), [rows, h * side, w * side]);
}

/** What a network of two blocks and a dense layer (`convNetRecipe`) sees in its own training images. */
export function observers(model: Model): { readonly gradient: Observe; readonly activation: Observe; readonly attention: Observe } {
  const oneHot = (labels: tf.Tensor): tf.Tensor2D => tf.oneHot(labels, model.classes, 1, 0, 'float32') as tf.Tensor2D;
  const features = (vars: Variables, images: tf.Tensor): tf.Tensor => model.run(vars, images, { tap: ['block2'] }).taps['block2']!;
  return {
    /** How much each pixel changes the loss of the unmixed images. */
    gradient: observer('saliency', (vars, images, labels) => gradientSaliency((x) => softCrossEntropy(model.run(vars, x).y, oneHot(labels)))(images as tf.Tensor4D)),
    /** What each place adds to the logit of the image's own class: a class activation map for a head that does not average over places. */
    activation: observer('saliency', (vars, images, labels) => {
      const map = features(vars, images);
      const [, h, w, channels] = map.shape as [number, number, number, number];
      const own = tf.reshape(tf.gather(tf.transpose(vars.params['classifier.weight']!), labels), [-1, h, w, channels]);
      const evidence = tf.sum(tf.mul(map, own), -1);
      return grown(tf.sub(evidence, tf.min(evidence, [1, 2], true)), model.inputShape[0]! / h);
    }),
    /** Mean over channels of the last feature map. */
    attention: observer('attention', (vars, images) => tf.mean(features(vars, images), -1)),
  };
}
