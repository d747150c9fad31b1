import type { Rng } from '@mixwell/tensor';
import { randomNormal, type Tensor } from '@mixwell/tensor/tf';
import { checkPositive, checkRng, checkWhole } from '../check.ts';

export interface InitProxiesOptions {
  /** Rows for each class: the centres of `softTripleLoss`. Default 1. */
  readonly perClass?: number;
  /** Standard deviation of each number. The losses look at directions alone, but the longer a proxy is the slower it turns. Default √(2 / classes), that of Proxy-Anchor's authors. */
  readonly std?: number;
}

/**
 * Normally distributed rows for classes, class after class. Their optimiser is best given a larger learning rate (100 times that of the network).
 *
 * @returns [classes · perClass, dimensions]
 * @throws {RangeError | TypeError} for sizes that are no whole numbers ≥ 1, a standard deviation ≤ 0, no generator
 */
export function initProxies(rng: Rng, classes: number, dimensions: number, { perClass = 1, std = Math.sqrt(2 / classes) }: InitProxiesOptions = {}): Tensor<['proxy', 'embedding']> {
  checkWhole('initProxies', 'classes', classes);
  checkWhole('initProxies', 'dimensions', dimensions);
  checkWhole('initProxies', 'perClass', perClass);
  checkPositive('initProxies', 'std', std);
  checkRng('initProxies', rng);
  return randomNormal(rng, [classes * perClass, dimensions], 0, std) as Tensor<['proxy', 'embedding']>;
}
