import { detach } from '@mixwell/tensor/tf';
import { mapTensors } from './tree.ts';

/**
 * The same values, as constants: no gradient of any order flows through them, and none is computed. For a tensor, or a tree of them (arrays, records); other
 * leaves stay as they are.
 */
export function stopGradient<T>(x: T): T {
  return mapTensors(x, detach) as T;
}
