import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSafetensors, stateDict, type HostTensor, type StateDict } from '@mixwell/tensor';

/** What fixtures/record.py recorded: a network of PyTorch's and what it computes. */
export interface PyTorchFixture {
  readonly state: StateDict<HostTensor>;
  readonly after: StateDict<HostTensor>;
  readonly grad: StateDict<HostTensor>;
  /** What else a forward pass in eval mode shows, by the name of the tap. */
  readonly seen: StateDict<HostTensor>;
  get(name: string): HostTensor;
}

export function pyTorchFixture(name: string): PyTorchFixture {
  const { tensors } = readSafetensors(readFileSync(fileURLToPath(new URL(`../fixtures/${name}.safetensors`, import.meta.url))));
  const group = (prefix: string): StateDict<HostTensor> =>
    stateDict(Object.entries(tensors).filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]));
  return { state: group('state.'), after: group('after.'), grad: group('grad.'), seen: group('seen.'), get: (key) => tensors[key]! };
}

/** The largest |a − b| / (1 + |b|). */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`distance: lengths must agree, got ${a.length} and ${b.length}`);
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!) / (1 + Math.abs(b[i]!)) || 0, Number.isFinite(value) ? 0 : Infinity), 0);
}
