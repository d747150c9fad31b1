import * as tf from '@tensorflow/tfjs-core';

/** Where a parameter lies in the vector of all parameters. */
export interface LayoutEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of its first element; its elements follow in row-major order. */
  readonly offset: number;
}

/** The parameters of a vector, one after the other without gaps. Plain JSON. */
export type Layout = readonly LayoutEntry[];

/** The layout of named parameters, in the order of the record. */
export function layoutOf(params: Readonly<Record<string, tf.Tensor>>): Layout {
  let offset = 0;
  return Object.entries(params).map(([name, { shape, size }]) => {
    const entry = { name, shape: [...shape], offset };
    offset += size;
    return entry;
  });
}

/**
 * All parameters as one vector, which has gradients of any order.
 *
 * @param params float32 tensors by name
 * @param layout their order. @default that of the record
 * @returns [number of elements]
 * @throws {RangeError} for a parameter that the layout lacks, or that has another shape there, and for a layout with gaps
 */
export function flatten(params: Readonly<Record<string, tf.Tensor>>, layout: Layout = layoutOf(params)): tf.Tensor1D {
  sizeOfLayout('flatten', layout);
  const names = new Set(layout.map(({ name }) => name));
  for (const name of Object.keys(params)) if (!names.has(name)) throw new RangeError(`flatten: layout must name every parameter, got none for '${name}'`);
  return tf.tidy(() => {
    const parts = layout.map(({ name, shape }) => {
      const param = params[name];
      const got = param ? `[${param.shape.join(', ')}]` : 'nothing';
      if (!param || param.shape.join() !== shape.join()) throw new RangeError(`flatten: '${name}' must have shape [${shape.join(', ')}], got ${got}`);
      return tf.reshape<tf.Rank.R1>(param, [param.size]);
    });
    return parts.length === 0 ? tf.tensor1d([], 'float32') : tf.concat(parts);
  });
}

/**
 * The parameters of a vector, by name: what `flatten` has put together. Has gradients of any order, which are one concatenation.
 *
 * @param vector [number of elements]
 * @returns a record without prototype, in the order of the layout
 * @throws {RangeError} for a vector of another length, and for a layout with gaps
 */
export function unflatten(vector: tf.Tensor, layout: Layout): Record<string, tf.Tensor> {
  const size = sizeOfLayout('unflatten', layout);
  if (vector.rank !== 1 || vector.size !== size) throw new RangeError(`unflatten: vector must have shape [${size}], got [${vector.shape.join(', ')}]`);
  return tf.tidy(() => {
    const parts = layout.length === 0 ? [] : tf.split(vector, layout.map(({ shape }) => tf.util.sizeFromShape([...shape])));
    return Object.assign(Object.create(null) as object, Object.fromEntries(layout.map(({ name, shape }, i) => [name, tf.reshape(parts[i]!, [...shape])])));
  });
}

function sizeOfLayout(caller: string, layout: Layout): number {
  return layout.reduce((end, { name, shape, offset }) => {
    if (offset !== end) throw new RangeError(`${caller}: layout must have no gaps: the offset of '${name}' must be ${end}, got ${offset}`);
    return end + tf.util.sizeFromShape([...shape]);
  }, 0);
}
