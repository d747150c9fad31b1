import type { MergeMethod } from '../method.ts';
import { linear } from './average/linear.ts';
import { pcb } from './pcb/pcb.ts';

/** Every method by the name that recipes use. */
export const methods = {
  linear,
  pcb,
} as const satisfies Readonly<Record<string, MergeMethod>>;

export type MethodName = keyof typeof methods;

/** @throws {RangeError} for a name of no method */
export function methodNamed(name: string): MergeMethod {
  if (!Object.hasOwn(methods, name)) throw new RangeError(`merge: method must be one of ${Object.keys(methods).join(', ')}, got ${name}`);
  return methods[name as MethodName];
}
