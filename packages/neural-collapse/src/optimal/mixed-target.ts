import { checkClass, checkShare, checkWhole } from '../input/check.ts';

/** Two classes and the weight of the first. */
export interface MixedPair {
  readonly classA: number;
  /** May be classA. */
  readonly classB: number;
  /** Weight of classA, in [0, 1]. */
  readonly lambda: number;
}

/** @throws {RangeError} for classes outside of [0, classes), λ outside [0, 1] */
export function checkPair(caller: string, { classA, classB, lambda }: MixedPair, classes: number): void {
  checkClass(caller, 'classA', classA, classes);
  checkClass(caller, 'classB', classB, classes);
  checkShare(caller, 'lambda', lambda);
}

/**
 * The label of mixup, λ e_A + (1 − λ) e_B, smoothed where asked for: (1 − ε) of it and ε / C for every class.
 *
 * @param smoothing ε in [0, 1]. Default 0
 * @returns `[classes]`
 * @throws {RangeError} for fewer than two classes, classes that are none, λ or ε outside [0, 1]
 */
export function mixedTarget(numClasses: number, pair: MixedPair, smoothing = 0): Float64Array {
  checkWhole('mixedTarget', 'numClasses', numClasses, 2);
  checkPair('mixedTarget', pair, numClasses);
  checkShare('mixedTarget', 'smoothing', smoothing);
  const target = new Float64Array(numClasses).fill(smoothing / numClasses);
  target[pair.classA]! += (1 - smoothing) * pair.lambda;
  target[pair.classB]! += (1 - smoothing) * (1 - pair.lambda);
  return target;
}

/** @throws {RangeError} where a target has a negative element, or does not sum to 1 within 1e-6 */
export function checkTarget(caller: string, target: Float64Array): void {
  const bad = target.findIndex((value) => !(value >= 0));
  if (bad !== -1) throw new RangeError(`${caller}: target[${bad}] must be >= 0, got ${target[bad]}`);
  const sum = target.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > 1e-6) throw new RangeError(`${caller}: target must sum to 1, got ${sum}`);
}
