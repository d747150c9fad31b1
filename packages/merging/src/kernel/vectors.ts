// Loops over blocks: those over float32 numbers in the kernel's memory run there, four at a time, those over float64 here. Sums are float64 in both.
import type { Values } from '../method.ts';
import { type MergeKernel, mergeKernel } from './merge-kernel.ts';

const kernelFor = (x: Values): MergeKernel | undefined => {
  const { kernel, buffer } = mergeKernel();
  return x instanceof Float32Array && x.buffer === buffer ? kernel : undefined;
};

/** Length of float32 numbers in whole groups of four. */
const bytesOf = (x: Values): number => (4 * x.length + 15) & ~15;

/** to = a − b. */
export function subtract(a: Values, b: Values, to: Values): void {
  const kernel = kernelFor(to);
  if (kernel) kernel.subtract(a.byteOffset, b.byteOffset, to.byteOffset, bytesOf(to));
  else for (let e = 0; e < to.length; e++) to[e] = a[e]! - b[e]!;
}

/** x = factor x. */
export function scale(x: Values, factor: number): void {
  const kernel = kernelFor(x);
  if (kernel) kernel.scale(x.byteOffset, bytesOf(x), factor);
  else for (let e = 0; e < x.length; e++) x[e] = x[e]! * factor;
}

/** sum = sum + weight x. */
export function addScaled(x: Values, weight: number, sum: Float64Array): void {
  const kernel = kernelFor(x);
  if (kernel) kernel.addScaled(x.byteOffset, sum.byteOffset, bytesOf(x), weight);
  else for (let e = 0; e < x.length; e++) sum[e] = sum[e]! + weight * x[e]!;
}

/** to = sum, rounded. */
export function narrow(sum: Float64Array, to: Values): void {
  const kernel = kernelFor(to);
  if (kernel) kernel.narrow(sum.byteOffset, to.byteOffset, bytesOf(to));
  else for (let e = 0; e < to.length; e++) to[e] = sum[e]!;
}

/** Scalar product. In the kernel's memory what fills the last group of four has to be 0. */
export function dot(a: Values, b: Values): number {
  const kernel = kernelFor(a);
  if (kernel) return kernel.dot(a.byteOffset, b.byteOffset, bytesOf(a));
  let sum = 0;
  for (let e = 0; e < a.length; e++) sum += a[e]! * b[e]!;
  return sum;
}

/** Σ |x|. In the kernel's memory what fills the last group of four has to be 0. */
export function sumMagnitudes(x: Values): number {
  const kernel = kernelFor(x);
  if (kernel) return kernel.sumMagnitudes(x.byteOffset, bytesOf(x));
  let sum = 0;
  for (let e = 0; e < x.length; e++) sum += Math.abs(x[e]!);
  return sum;
}

/** Zeroes what has no magnitude above the threshold, or with `ties` equal to it. */
export function keepAbove(x: Values, threshold: number, ties: boolean): void {
  const kernel = kernelFor(x);
  if (kernel) {
    kernel.keepAbove(x.byteOffset, bytesOf(x), threshold, ties ? -1 : 0);
    return;
  }
  for (let e = 0; e < x.length; e++) {
    const magnitude = Math.abs(x[e]!);
    if (!(magnitude > threshold || (ties && magnitude === threshold))) x[e] = 0;
  }
}

/** Weighted x where it has the elected sign, 0 counting as positive, is added to `mixed`, and its weight to `divisor`. */
export function addAgreeing(x: Values, weight: number, elected: Float64Array, mixed: Float64Array, divisor: Float64Array): void {
  const kernel = kernelFor(x);
  if (kernel) {
    kernel.addAgreeing(x.byteOffset, elected.byteOffset, mixed.byteOffset, divisor.byteOffset, bytesOf(x), weight);
    return;
  }
  for (let e = 0; e < x.length; e++) {
    const value = weight * x[e]!;
    if (elected[e]! >= 0 ? value > 0 : value < 0) {
      mixed[e] = mixed[e]! + value;
      divisor[e] = divisor[e]! + weight;
    }
  }
}

/** In the kernel's memory: x where it has the elected sign and a larger magnitude than `mixed`. */
export function largestAgreeing(x: Values, elected: Float64Array, mixed: Float64Array): void {
  mergeKernel().kernel.largestAgreeing(x.byteOffset, elected.byteOffset, mixed.byteOffset, bytesOf(x));
}

/** Below it a divisor counts as 1. */
const leastDivisor = 1e-8;

/** to = base + lambda · mixed / divisor. */
export function finish(base: Values, mixed: Float64Array, divisor: Float64Array, lambda: number, to: Values): void {
  const kernel = kernelFor(to);
  if (kernel) kernel.finish(base.byteOffset, mixed.byteOffset, divisor.byteOffset, to.byteOffset, bytesOf(to), lambda);
  else for (let e = 0; e < to.length; e++) to[e] = base[e]! + (lambda * mixed[e]!) / (Math.abs(divisor[e]!) >= leastDivisor ? divisor[e]! : 1);
}

/** The finishing step of MurmurHash3. */
function avalanche(word: number): number {
  const a = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2_ae35);
  return b ^ (b >>> 16);
}

/** Two words that random bits are made of. */
export type Key = readonly [number, number];

/** 32 random bits of a key and a place. */
export const randomBits = ([a, b]: Key, place: number): number => avalanche(avalanche((place + a) | 0) ^ (b + Math.floor(place / 2 ** 32))) >>> 0;

/** x = factor x with a probability < 1, else 0; by the random bits of place, place + 1, … */
export function keepRandom(x: Values, key: Key, place: number, probability: number, factor: number): void {
  const limit = Math.ceil(probability * 2 ** 32);
  const kernel = kernelFor(x);
  const high = Math.floor(place / 2 ** 32);
  if (kernel && limit < 2 ** 32 && high === Math.floor((place + x.length) / 2 ** 32)) {
    kernel.keepRandom(x.byteOffset, bytesOf(x), (place + key[0]) | 0, key[1] + high, limit, factor);
    return;
  }
  const times = x instanceof Float32Array ? Math.fround(factor) : factor;
  for (let e = 0; e < x.length; e++) x[e] = randomBits(key, place + e) < limit ? x[e]! * times : 0;
}
