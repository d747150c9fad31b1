/** [row0, column0, row1, column1], the ends excluded. */
export type Box = readonly [row0: number, column0: number, row1: number, column1: number];

/** Pixels in a box. */
export function boxArea([row0, column0, row1, column1]: Box): number {
  return (row1 - row0) * (column1 - column0);
}

/** Box number `index` of boxes that lie one after the other. */
export function boxAt(boxes: Int32Array, index: number): Box {
  return boxes.subarray(4 * index, 4 * index + 4) as unknown as Box;
}
