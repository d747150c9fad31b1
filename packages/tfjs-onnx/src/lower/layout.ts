import { sameShape, type Value } from '../graph/value.ts';
import type { Form, Lowering } from './lowering.ts';

/** How the elements of images lie in memory: NHWC, NCHW, or NCHW in blocks of channels (blocked.ts). */
export type Layout = 'plain' | 'channelsFirst' | 'blocked';

/** The layout in which an elementwise operator finds most of its operands already. */
export function elementwiseLayout(to: Lowering, inputs: readonly Value[], result: Value): Layout {
  if (result.shape.length !== 4) return 'plain';
  const images = inputs.filter((value) => sameShape(value.shape, result.shape));
  const isFound = images.some((value) => to.onlyBlocked(value)) || (images.length > 0 && images.every((value) => to.hasBlocked(value)));
  // Only float32 can be moved into blocks and out of them, and a vector that broadcasts would have to be cut up.
  const fits = [...images, result].every((value) => value.dtype === 'float32') && inputs.every((value) => images.includes(value) || value.shape.length === 0);
  if (isFound && fits) return 'blocked';
  return inputs.some((value) => to.onlyChannelsFirst(value)) ? 'channelsFirst' : 'plain';
}

/** The name of an image in a layout. */
export function inLayout(to: Lowering, value: Value, layout: Layout): string {
  if (layout === 'plain') return to.plain(value);
  return layout === 'blocked' ? to.blocked(value) : to.channelsFirst(value);
}

/** A result that lies so. */
export function formOf(name: string, layout: Layout): Form {
  if (layout === 'plain') return name;
  return layout === 'blocked' ? { blocked: name } : { channelsFirst: name };
}
