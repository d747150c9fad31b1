import type { MergeMethod } from '../method.ts';
import { methodNamed, type MethodName } from '../methods/methods.ts';
import { clampToInputs, preserveNorm } from '../methods/post-steps.ts';

/** A method by name and what is done behind it: plain data. */
export interface JobMethod {
  readonly method: MethodName;
  /** Whether tensors get the mean norm of the models' tensors. */
  readonly preserveNorm?: boolean;
  /** Whether results are brought back between the smallest and the largest input. */
  readonly clampToInputs?: boolean;
}

/** The method with its steps, the norm first. @throws {RangeError} for a name of no method */
export function methodOf({ method, preserveNorm: keepsNorm, clampToInputs: clamps }: JobMethod): MergeMethod {
  const own = methodNamed(method);
  const scaled = keepsNorm ? preserveNorm(own) : own;
  return clamps ? clampToInputs(scaled) : scaled;
}
