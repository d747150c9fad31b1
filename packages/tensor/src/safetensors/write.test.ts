import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayTypes, bytesOf, type DType } from '../dtype.ts';
import { type HostTensor, hostTensor, sizeOf } from '../host-tensor.ts';
import { safetensorsCodes } from './codes.ts';
import { readSafetensors } from './read.ts';
import { writeSafetensors } from './write.ts';
import { stateDict } from '../state-dict.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(fileURLToPath(new URL(`../../fixtures/${name}.safetensors`, import.meta.url))));
const x = hostTensor('float32', [2], new Float32Array([1, 2]));

const dtypes = Object.keys(safetensorsCodes) as DType[];

const tensor: fc.Arbitrary<HostTensor> = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(3), { maxLength: 4 }), seed: fc.uint8Array({ minLength: 1, maxLength: 32 }), shift: fc.nat(3) })
  .map(({ dtype, shape, seed, shift }) => {
    const size = sizeOf(shape);
    const bytes = new Uint8Array((size + shift) * bytesOf(dtype)).map((_, i) => (dtype === 'bool' ? seed[i % seed.length]! % 2 : seed[i % seed.length]!));
    return hostTensor(dtype, shape, new arrayTypes[dtype](bytes.buffer, shift * bytesOf(dtype), size));
  });
const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.constantFrom('toString', '0', '\0', '"\\')).filter((name) => name !== '__proto__' && name !== '__metadata__');

const bits = ({ dtype, shape, data }: HostTensor): object => ({ dtype, shape, bytes: [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] });
const allBits = (tensors: Readonly<Record<string, HostTensor>>): object => new Map(Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, bits(value)]));

describe('writeSafetensors', () => {
  it('gives what was read, bit for bit, for any tensors, names and metadata', () => {
    fc.assert(fc.property(fc.array(fc.tuple(key, tensor), { maxLength: 8 }), fc.array(fc.tuple(key, fc.string({ unit: 'binary' })), { maxLength: 3 }), (entries, pairs) => {
      const tensors = stateDict(entries);
      const metadata = stateDict(pairs);
      const read = readSafetensors(writeSafetensors(tensors, metadata));
      expect(allBits(read.tensors)).toEqual(allBits(tensors));
      expect(read.metadata).toEqual(metadata);
    }), { seed: 2, numRuns: 500 });
  });

  it('aligns header and tensors, so that all are read as views', () => {
    fc.assert(fc.property(fc.array(fc.tuple(key, tensor), { maxLength: 8 }), (entries) => {
      const file = writeSafetensors(stateDict(entries));
      expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
      for (const { data } of Object.values(readSafetensors(file).tensors)) expect(data.buffer).toBe(file.buffer);
    }), { seed: 3, numRuns: 200 });
  });

  it('writes the same bytes as the reference implementation', () => {
    for (const name of ['reference', 'empty']) {
      const file = fixture(name);
      const { tensors, metadata } = readSafetensors(file);
      const backwards = stateDict(Object.entries(tensors).reverse());
      expect(writeSafetensors(backwards, metadata), name).toEqual(file);
    }
  });

  it('writes only the view of a larger buffer', () => {
    const view = hostTensor('int16', [2], new Int16Array([1, 2, 3, 4]).subarray(1, 3));
    expect(readSafetensors(writeSafetensors({ view })).tensors['view']!.data).toEqual(new Int16Array([2, 3]));
  });

  it('refuses tensors that are none', () => {
    const wrong = (tensor: unknown): (() => Uint8Array) => () => writeSafetensors({ w: tensor as HostTensor });
    expect(wrong({ ...x, shape: [3] })).toThrow('writeSafetensors: tensor "w": hostTensor: data must have 3 elements for shape [3], got 2');
    expect(wrong({ ...x, dtype: 'float8' })).toThrow('writeSafetensors: tensor "w": hostTensor: dtype must be one of');
    expect(wrong({ ...x, data: [1, 2] })).toThrow('writeSafetensors: tensor "w": hostTensor: data of float32 must be a Float32Array, got Array');
    expect(wrong(undefined)).toThrow('writeSafetensors: tensor "w": ');
    expect(wrong(hostTensor('bool', [2], new Uint8Array([1, 2])))).toThrow('writeSafetensors: tensor "w": a bool must be 0 or 1, got 2 at 1');
  });

  it('refuses names and metadata that no file can hold', () => {
    expect(() => writeSafetensors({ __metadata__: x })).toThrow('writeSafetensors: "__metadata__" cannot be the name of a tensor');
    expect(() => writeSafetensors(stateDict([['__proto__', x]]))).toThrow('writeSafetensors: a name must be well-formed text other than "__proto__", got "__proto__"');
    expect(() => writeSafetensors({ 'a\ud800': x })).toThrow('writeSafetensors: a name must be well-formed text');
    expect(() => writeSafetensors({}, { step: 3 as unknown as string })).toThrow('writeSafetensors: metadata "step" must be a well-formed string, got 3');
    expect(() => writeSafetensors({}, { step: '\udc00' })).toThrow('writeSafetensors: metadata "step" must be a well-formed string');
    expect(() => writeSafetensors({}, { long: 'x'.repeat(1e8) })).toThrow('writeSafetensors: names and metadata must fit into a header of 100000000 bytes, got 100000032');
  });
});
