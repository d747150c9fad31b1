import { elements } from '../graph/value.ts';

/** How far to go in memory for a step along each axis. */
export function stridesOf(dims: readonly number[]): readonly number[] {
  return dims.map((_, axis) => elements(dims.slice(axis + 1)));
}

/** The shape that operands of these shapes have in common. */
export function broadcastShape(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => shapes.reduce((size, dims) => {
    const own = dims[axis - rank + dims.length] ?? 1;
    return own === 1 ? size : own;
  }, 1));
}

/** How far to go in an operand of shape `dims` for a step along each axis of `shape`; 0 where the operand is repeated. */
export function broadcastStrides(dims: readonly number[], shape: readonly number[]): readonly number[] {
  const strides = stridesOf(dims);
  return shape.map((_, i) => {
    const axis = i - shape.length + dims.length;
    return axis < 0 || dims[axis] === 1 ? 0 : strides[axis]!;
  });
}

/** Walks the rows (the last axis) of a shape in order: where each begins in operands of given strides, and in the result. */
export function forEachRow(shape: readonly number[], strides: readonly (readonly number[])[], visit: (offsets: readonly number[], start: number) => void): void {
  const at = shape.map(() => 0);
  const offsets = strides.map(() => 0);
  const count = elements(shape);
  for (let start = 0; start < count; start += shape.at(-1) ?? 1) {
    visit(offsets, start);
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      strides.forEach((own, k) => { offsets[k]! += own[axis]!; });
      if (++at[axis]! < shape[axis]!) break;
      strides.forEach((own, k) => { offsets[k]! -= own[axis]! * shape[axis]!; });
      at[axis] = 0;
    }
  }
}
