import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { composed } from './composed.ts';
import { mask } from './mask.ts';
import { type GradientTable, rule } from './rule.ts';
import { ungather } from './indexing.ts';

interface TransformAttributes {
  readonly interpolation: 'nearest' | 'bilinear';
  readonly fillMode: 'constant' | 'reflect' | 'wrap' | 'nearest';
  readonly fillValue: number;
  readonly outputShape?: [number, number];
}

interface RotationAttributes {
  readonly radians: number;
  readonly center: number | [number, number];
}

/** ⌊x⌋ as a constant. */
const whole = (x: tf.Tensor): tf.Tensor => tf.floor(detach(x));

/** Where in the image a coordinate outside of it is read. */
const folded: Readonly<Record<TransformAttributes['fillMode'], (at: tf.Tensor, size: number) => tf.Tensor>> = {
  constant: (at) => at,
  nearest: (at, size) => tf.clipByValue(at, 0, size - 1),
  reflect(at, size) {
    if (size <= 1) return tf.mul(at, 0);
    const period = 2 * size;
    const positive = tf.sub(at, tf.mul(whole(tf.div(at, period)), period));
    const negative = tf.add(at, tf.mul(whole(tf.div(at, -period)), period));
    const above = tf.where(tf.greaterEqual(detach(positive), size), tf.sub(period - 1, positive), positive);
    const below = tf.where(tf.less(detach(negative), -size), tf.add(negative, period), tf.sub(-1, negative));
    return tf.clipByValue(tf.where(tf.less(detach(at), 0), below, above), 0, size - 1);
  },
  wrap(at, size) {
    if (size <= 1) return tf.mul(at, 0);
    const turns = (x: tf.Tensor): tf.Tensor => tf.mul(whole(tf.div(x, size - 1)), size);
    const below = tf.add(tf.add(at, turns(tf.neg(at))), size);
    const above = tf.where(tf.greater(detach(at), size - 1), tf.sub(at, turns(at)), at);
    return tf.clipByValue(tf.where(tf.less(detach(at), 0), below, above), 0, size - 1);
  },
};

/** Reads pixels at whole coordinates, [batch, pixels]; outside of the image lies the fill value. */
function reader(image: tf.Tensor, fillValue: number): (y: tf.Tensor, x: tf.Tensor) => tf.Tensor {
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const pixels = tf.reshape(image, [batch * height * width, channels]);
  const first = tf.mul(tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1]), tf.scalar(height * width, 'int32'));
  const within = (at: tf.Tensor, size: number): tf.Tensor => tf.logicalAnd(tf.greaterEqual(at, 0), tf.lessEqual(at, size - 1));
  const index = (at: tf.Tensor, size: number): tf.Tensor => tf.cast(tf.clipByValue(at, 0, size - 1), 'int32');
  return (y, x) => {
    const places = tf.add(first, tf.add(tf.mul(index(y, height), tf.scalar(width, 'int32')), index(x, width)));
    const inside = tf.expandDims(mask(tf.logicalAnd(within(y, height), within(x, width))), 2);
    return tf.add(tf.mul(tf.gather(pixels, places), inside), tf.mul(tf.sub(1, inside), fillValue));
  };
}

/** Pixels at coordinates, [batch, pixels, channels]; between pixels they move with the coordinates. */
function sampled(read: (y: tf.Tensor, x: tf.Tensor) => tf.Tensor, y: tf.Tensor, x: tf.Tensor, interpolation: TransformAttributes['interpolation']): tf.Tensor {
  if (interpolation === 'nearest') return read(whole(tf.add(y, 0.5)), whole(tf.add(x, 0.5)));
  const [top, left] = [whole(y), whole(x)];
  const [bottom, right] = [tf.add(top, 1), tf.add(left, 1)];
  const mixed = (a: tf.Tensor, b: tf.Tensor, share: tf.Tensor): tf.Tensor => tf.add(a, tf.mul(tf.sub(b, a), tf.expandDims(share, 2)));
  const across = tf.sub(x, left);
  return mixed(mixed(read(top, left), read(top, right), across), mixed(read(bottom, left), read(bottom, right), across), tf.sub(y, top));
}

/** Each pixel of the result is read at its own coordinates, moved by a projective map. */
function transformed({ image, transforms }: { image: tf.Tensor; transforms: tf.Tensor }, { interpolation, fillMode, fillValue, outputShape }: TransformAttributes): tf.Tensor {
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const [newHeight, newWidth] = outputShape ?? [height, width];
  const pixels = newHeight * newWidth;
  const grid = (value: (i: number) => number): tf.Tensor => tf.tensor2d(Array.from({ length: pixels }, (_, i) => value(i)), [1, pixels]);
  const [x, y] = [grid((i) => i % newWidth), grid((i) => Math.floor(i / newWidth))];
  const entries = tf.split(transforms, 8, 1);
  const linear = (i: number, offset: tf.Tensor | number): tf.Tensor => tf.add(tf.add(tf.mul(entries[i]!, x), tf.mul(entries[i + 1]!, y)), offset);
  const scale = linear(6, 1);
  const atInfinity = tf.equal(detach(scale), 0);
  const finite = tf.where(atInfinity, 1, scale);
  const coordinate = (i: number, size: number): tf.Tensor => folded[fillMode](tf.div(linear(i, entries[i + 2]!), finite), size);
  const values = sampled(reader(image, fillValue), coordinate(3, height), coordinate(0, width), interpolation);
  return tf.reshape(tf.where(tf.expandDims(atInfinity, 2), fillValue, values), [batch, newHeight, newWidth, channels]);
}

/** Where the pixels of a rotated image come from, and 1 where that is in the image. */
function sources([, height, width]: readonly number[], { radians, center }: RotationAttributes): { places: tf.Tensor1D; inside: tf.Tensor } {
  const [centerX, centerY] = tf.backend_util.getImageCenter(center, height!, width!);
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const from = Array.from({ length: height! * width! }, (_, i) => {
    const [dx, dy] = [(i % width!) - centerX, Math.floor(i / width!) - centerY];
    const [x, y] = [Math.round(dx * cos - dy * sin + centerX), Math.round(dx * sin + dy * cos + centerY)];
    return x >= 0 && x < width! && y >= 0 && y < height! ? y * width! + x : -1;
  });
  return { places: tf.tensor1d(from.map((place) => Math.max(0, place)), 'int32'), inside: tf.tensor(from.map((place) => Number(place >= 0)), [1, from.length, 1]) };
}

/** Moves dy back to where the pixels came from. */
function unrotate(dy: tf.Tensor, image: tf.Tensor, attrs: RotationAttributes): tf.Tensor {
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const { places, inside } = sources(image.shape, attrs);
  const pixels = tf.mul(tf.reshape(dy, [batch, height * width, channels]), inside);
  return tf.reshape(ungather(pixels, [batch, height * width, channels], places, { axis: 1 }), image.shape);
}

/** Images that are mirrored, turned, and projected; bilinear projections have gradients by the map too. */
export const projectionGradients: GradientTable = {
  FlipLeftRight: rule(['image'], (dy) => ({ image: () => tf.reverse(dy, 2) })),
  RotateWithOffset: rule(['image'], (dy, { image }, attrs: RotationAttributes) => ({ image: () => unrotate(dy, image, attrs) })),
  Transform: composed(['image', 'transforms'], transformed),
};
