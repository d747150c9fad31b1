import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { drawnImages } from '../fixtures.ts';

/** Positive maps [rows, height, width]. */
export function drawnMaps(seed: number, shape: readonly [rows: number, height: number, width: number]): HostTensor<'float32'> {
  return hostTensor('float32', shape, drawnImages(seed, shape).data.map((value) => Math.abs(value) + 0.01));
}
