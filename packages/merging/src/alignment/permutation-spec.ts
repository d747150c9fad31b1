/**
 * What permutes an axis of a tensor: the name of a set of hidden units; null for what stays as it is (inputs, classes, places of a kernel). Of a flattened map the units
 * are its channels: `'units'` where they run fastest (height, width, channels), `{ units, slowest: true }` where they run slowest (channels, height, width).
 */
export type AxisUnits = string | null | { readonly units: string; readonly slowest: true };

/** By the name of a tensor, one entry for each of its axes. Tensors that are not named have no permuted axis. Plain data. */
export type PermutationSpec = Readonly<Record<string, readonly AxisUnits[]>>;

/** How tensors lie: as networks of Mixwell hold them (`[in, out]`, height, width, in, out), or as their files and PyTorch do (`[out, in]`, out, in, height, width). */
export type Layout = 'memory' | 'disk';

/** The units of an axis by name. */
export const unitsOf = (axis: AxisUnits): string | null => (typeof axis === 'object' && axis !== null ? axis.units : axis);
