import { hostTensor, sizeOf, type DType, type HostTensor } from '@mixwell/tensor';
import type { DiskLayout } from './variable.ts';
import { areSquarePositions, resizePositions } from './vit/resize-positions.ts';

/** One layout as a permutation: memory shape → the axes it is really made of, and where disk has them. */
interface Arrangement {
  /** The shape on disk as PyTorch states it. */
  readonly disk: readonly number[];
  /** The axes in memory, flattened ones taken apart. */
  readonly axes: readonly number[];
  /** Axis i on disk is axis toDisk[i] in memory. */
  readonly toDisk: readonly number[];
}

const isPair = (layout: DiskLayout): layout is Exclude<DiskLayout, string> => typeof layout === 'object' && layout !== null;

/** @throws {RangeError} for a layout that is not known, or a shape that it does not fit: nothing is ever passed through on trust */
function arrange(shape: readonly number[], layout: DiskLayout, name: string): Arrangement {
  if (layout === 'plain') return { disk: shape, axes: shape, toDisk: shape.map((_, i) => i) };
  const [a = 0, b = 0, c = 0, d = 0] = shape;
  if (layout === 'linear' && shape.length === 2) return { disk: [b, a], axes: shape, toDisk: [1, 0] };
  if (layout === 'conv' && shape.length === 4) return { disk: [d, c, a, b], axes: shape, toDisk: [3, 2, 0, 1] };
  if (isPair(layout) && 'positions' in layout && shape.length === 3 && tokensBefore(shape, layout.positions) >= 0) return { disk: shape, axes: shape, toDisk: [0, 1, 2] };
  if (isPair(layout) && 'map' in layout && shape.join() === [layout.map[1], layout.map[2], layout.map[0]].join()) {
    return { disk: layout.map, axes: shape, toDisk: [2, 0, 1] };
  }
  if (isPair(layout) && 'flatten' in layout && shape.length === 2 && a === sizeOf(layout.flatten)) {
    const [channels, height, width] = layout.flatten;
    return { disk: [b, a], axes: [height, width, channels, b], toDisk: [3, 2, 0, 1] };
  }
  throw new RangeError(`${name}: the layout must be known and fit shape [${shape.join(', ')}], got ${JSON.stringify(layout) ?? 'none'}`);
}

/** How many tokens go before the patches in position embeddings of this shape. */
const tokensBefore = (shape: readonly number[], [rows, columns]: readonly [number, number]): number => shape[1]! - rows * columns;

/** The shape that a tensor of this shape in memory has on disk. */
export const diskShape = (shape: readonly number[], layout: DiskLayout, name: string): readonly number[] => arrange(shape, layout, name).disk;

/** Whether a tensor of a file can become one of this shape in memory. */
export function fitsDisk(file: readonly number[], shape: readonly number[], layout: DiskLayout, name: string): boolean {
  if (file.join() === diskShape(shape, layout, name).join()) return true;
  return isPair(layout) && 'positions' in layout && areSquarePositions(file, tokensBefore(shape, layout.positions), shape[2]!);
}

/** Axis i of the result is axis order[i] of x. */
function transpose<D extends DType>(x: HostTensor<D>, axes: readonly number[], order: readonly number[], shape: readonly number[]): HostTensor<D> {
  if (order.every((axis, i) => axis === i)) return x;
  const strides = axes.map((_, i) => sizeOf(axes.slice(i + 1)));
  const sizes = order.map((axis) => axes[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const data = x.data.slice();
  // whatever the element type, both sides have the same: Float32Array stands for all of them
  const [from, to] = [x.data, data] as unknown as [Float32Array, Float32Array];
  const at = sizes.map(() => 0);
  for (let i = 0, source = 0; i < to.length; i++) {
    to[i] = from[source]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++at[axis]! < sizes[axis]!) break;
      source -= steps[axis]! * sizes[axis]!;
      at[axis] = 0;
    }
  }
  return hostTensor(x.dtype, [...shape], data as HostTensor<D>['data']);
}

/** From memory (HWIO, [in, out], rows in NHWC order) to PyTorch's layout. */
export function toDiskLayout<D extends DType>(x: HostTensor<D>, layout: DiskLayout, name: string): HostTensor<D> {
  const { disk, axes, toDisk } = arrange(x.shape, layout, name);
  return transpose(x, axes, toDisk, disk);
}

/** From PyTorch's layout to memory, where the tensor has this shape. Position embeddings of another grid are resized. */
export function fromDiskLayout(x: HostTensor, shape: readonly number[], layout: DiskLayout, name: string): HostTensor {
  const { axes, toDisk } = arrange(shape, layout, name);
  if (isPair(layout) && 'positions' in layout) return resizePositions(x, layout.positions, tokensBefore(shape, layout.positions));
  return transpose(x, toDisk.map((axis) => axes[axis]!), toDisk.map((_, axis) => toDisk.indexOf(axis)), shape);
}
