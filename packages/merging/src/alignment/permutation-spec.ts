/** Units that are runs of elements of an axis, as it is `[outer, units, elements of a unit]`. */
export interface UnitRuns {
  readonly units: string;
  readonly slowest: true;
  /** How many units there are, where no axis has one element for each: groups of channels, heads. */
  readonly count?: number;
  /** How often all units come one behind the other: 3 for queries, keys and values in one. Default 1. */
  readonly outer?: number;
}

/**
 * What permutes an axis of a tensor: the name of a set of hidden units; null for what stays as it is (inputs, classes, places of a kernel). Of a flattened map the units
 * are its channels: `'units'` where they run fastest (height, width, channels), `{ units, slowest: true }` where they run slowest (channels, height, width).
 */
export type AxisUnits = string | null | UnitRuns;

/** By the name of a tensor, one entry for each of its axes. Tensors that are not named have no permuted axis. Plain data. */
export type PermutationSpec = Readonly<Record<string, readonly AxisUnits[]>>;

/** How tensors lie: as networks of Mixwell hold them (`[in, out]`, height, width, in, out), or as their files and PyTorch do (`[out, in]`, out, in, height, width). */
export type Layout = 'memory' | 'disk';

/** How many units an axis shows there to be at most. */
export const countOf = (axis: AxisUnits, length: number): number => (typeof axis === 'object' && axis?.count !== undefined ? axis.count : length);

/** The units of an axis by name. */
export const unitsOf = (axis: AxisUnits): string | null => (typeof axis === 'object' && axis !== null ? axis.units : axis);
