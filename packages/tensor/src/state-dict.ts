/** Tensors (or host tensors) by dotted names, `layer1.0.conv1.weight`. It has no prototype: every name is free. */
export type StateDict<T> = Readonly<Record<string, T>>;

/** A state dict of these entries, in their order (names that are whole numbers come first, as in every record); a later entry replaces an earlier one of the same name. */
export function stateDict<T>(entries: Iterable<readonly [name: string, value: T]>): StateDict<T> {
  const dict = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) dict[name] = value;
  return dict;
}
