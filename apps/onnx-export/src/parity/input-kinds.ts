import { hostTensor, type HostTensor, integer, normal, type Rng, sizeOf, uniform } from '@mixwell/tensor';
import type { SourceInput } from '../source/source.ts';

/**
 * What a network is fed to compare two implementations of it:
 * - `zeros`: a black image, which finds divisions by zero
 * - `uniform`: between 0 and 1, as images
 * - `normal`: mean 0, standard deviation 1, as images whose mean and deviation were taken off
 * - `large`: normal with standard deviation 100, which finds what overflows
 */
export type InputKind = 'zeros' | 'uniform' | 'normal' | 'large';

export const inputKinds: readonly InputKind[] = ['zeros', 'uniform', 'normal', 'large'];

const draw: Readonly<Record<InputKind, (rng: Rng) => number>> = {
  zeros: () => 0,
  uniform: (rng) => uniform(rng),
  normal: (rng) => normal(rng),
  large: (rng) => 100 * normal(rng),
};

const drawIndex = (kind: InputKind, indices: number, rng: Rng): number => (kind === 'zeros' ? 0 : integer(rng, 0, indices));

/** [batch, …input.shape] elements of a kind, in the network's own layout. */
export function fillInput(kind: InputKind, batch: number, { shape, dtype, indices }: SourceInput, rng: Rng): HostTensor {
  const full = [batch, ...shape];
  const value = indices === undefined ? () => draw[kind](rng) : () => drawIndex(kind, indices, rng);
  const values = Float32Array.from({ length: sizeOf(full) }, value);
  return dtype === 'int32' ? hostTensor('int32', full, Int32Array.from(values)) : hostTensor('float32', full, values);
}
