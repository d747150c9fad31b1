import type { Attributes } from './value.ts';

const ids = new Map<string, number>();

/** A small number for a string: equal strings get equal numbers for the life of the process. */
export function intern(text: string): number {
  const known = ids.get(text);
  if (known !== undefined) return known;
  ids.set(text, ids.size);
  return ids.size - 1;
}

/** The interned id of a kernel with its number of operands and its structural attributes. */
export function signatureOf(kernel: string, operands: number, attrs: Attributes): number {
  return intern(`${kernel} ${operands} ${JSON.stringify(attrs)}`);
}
