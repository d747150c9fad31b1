import { describe, expect, it } from 'vitest';
import { hostTensor } from '../host-tensor.ts';
import { safetensorsLayout } from './layout.ts';
import { writeSafetensors } from './write.ts';

describe('safetensorsLayout', () => {
  const tensors = { b: hostTensor('int64', [1], new BigInt64Array([-5n])), a: hostTensor('float32', [2, 1], new Float32Array([1, 2])), none: hostTensor('uint8', [0, 3], new Uint8Array(0)) };

  it('says where elements go, so that a file of the same bytes as writeSafetensors comes out in any order of writing', () => {
    const { header, entries, size } = safetensorsLayout(tensors, { format: 'pt' });
    const file = new Uint8Array(size);
    for (const [name, { begin, end }] of entries.toReversed()) {
      const { buffer, byteOffset, byteLength } = tensors[name as keyof typeof tensors].data;
      expect(end - begin).toBe(byteLength);
      file.set(new Uint8Array(buffer, byteOffset, byteLength), begin);
    }
    file.set(header);
    expect(file).toEqual(writeSafetensors(tensors, { format: 'pt' }));
  });

  it('refuses what no file can hold', () => {
    expect(() => safetensorsLayout({ x: { dtype: 'float8' as 'float16', shape: [] } })).toThrow('safetensorsLayout: tensor "x": dtype must be one of int64, ');
    expect(() => safetensorsLayout({ x: { dtype: 'bool', shape: [-1] } })).toThrow('safetensorsLayout: tensor "x": shape must be whole numbers >= 0, got [-1]');
    expect(() => safetensorsLayout({ __metadata__: { dtype: 'bool', shape: [] } })).toThrow('safetensorsLayout: "__metadata__" cannot be the name of a tensor');
  });
});
