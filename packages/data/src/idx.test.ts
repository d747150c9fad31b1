import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { idxBytes, withFolder } from './fixtures.ts';
import { parseIdx, readIdx } from './idx.ts';

/** The bytes that a DataView writes, big-endian. */
const bytesOf = (count: number, size: number, write: (view: DataView, index: number) => void): Uint8Array => {
  const view = new DataView(new ArrayBuffer(count * size));
  for (let i = 0; i < count; i++) write(view, i);
  return new Uint8Array(view.buffer);
};

describe('parseIdx', () => {
  it('reads bytes with their shape', () => {
    const tensor = parseIdx(idxBytes(0x08, [2, 3], [0, 1, 2, 253, 254, 255]));
    expect(tensor).toMatchObject({ dtype: 'uint8', shape: [2, 3] });
    expect(Array.from(tensor.data)).toEqual([0, 1, 2, 253, 254, 255]);
  });

  const values = [-2, 0, 77];
  it.each([
    [0x09, 'int8', bytesOf(3, 1, (view, i) => view.setInt8(i, values[i]!))],
    [0x0b, 'int16', bytesOf(3, 2, (view, i) => view.setInt16(2 * i, values[i]!))],
    [0x0c, 'int32', bytesOf(3, 4, (view, i) => view.setInt32(4 * i, values[i]!))],
    [0x0d, 'float32', bytesOf(3, 4, (view, i) => view.setFloat32(4 * i, values[i]!))],
    [0x0e, 'float64', bytesOf(3, 8, (view, i) => view.setFloat64(8 * i, values[i]!))],
  ])('reads element type %i as %s, big-endian', (type, dtype, bytes) => {
    const tensor = parseIdx(idxBytes(type, [3, 1], bytes));
    expect(tensor).toMatchObject({ dtype, shape: [3, 1] });
    expect(Array.from(tensor.data)).toEqual(values);
  });

  it('reads from a view into a larger buffer, and does not alias it', () => {
    const bytes = idxBytes(0x08, [2], [5, 6]);
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes, 3);
    const tensor = parseIdx(padded.subarray(3));
    padded.fill(0);
    expect(Array.from(tensor.data)).toEqual([5, 6]);
  });

  it('says what is wrong, and at which byte', () => {
    const good = idxBytes(0x08, [2, 3], [1, 2, 3, 4, 5, 6]);
    expect(() => parseIdx(good.subarray(0, 15), 'f')).toThrow('f: byte 15: the file ends here, but uint8 values of shape [2, 3] need 18 bytes');
    expect(() => parseIdx(Uint8Array.from([...good, 0, 0]), 'f')).toThrow('f: byte 18: 2 bytes follow the uint8 values of shape [2, 3]');
    expect(() => parseIdx(idxBytes(0x0a, [1], [1]), 'f')).toThrow('f: byte 2: the element type must be one of 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, got 0x0a');
    expect(() => parseIdx(Uint8Array.from([0, 7, 8, 1, 0, 0, 0, 0]), 'f')).toThrow('f: byte 1: an idx file starts with two zero bytes, got 0x07');
  });

  it('refuses a file cut anywhere', () => {
    const good = idxBytes(0x0b, [2, 2], bytesOf(4, 2, (view, i) => view.setInt16(2 * i, i)));
    for (let length = 0; length < good.length; length++) expect(() => parseIdx(good.subarray(0, length), 'cut'), `cut at ${length}`).toThrow(/^cut: byte/);
  });

  it('refuses axes whose product is beyond any memory', () => {
    expect(() => parseIdx(idxBytes(0x08, [0xffffffff, 0xffffffff, 0xffffffff], []), 'f')).toThrow(/^f: byte 16/);
  });
});

describe('readIdx', () => {
  const raw = idxBytes(0x08, [2, 2], [1, 2, 3, 4]);

  it('reads raw and packed files, whatever they are called', () => {
    withFolder({ 'a': raw, 'b.gz': gzipSync(raw), 'c': gzipSync(raw), 'd.gz': raw }, (folder) => {
      for (const name of ['a', 'b.gz', 'c', 'd.gz']) expect(Array.from(readIdx(join(folder, name)).data)).toEqual([1, 2, 3, 4]);
    });
  });

  it('names the file when the packed data is cut or damaged', () => {
    const packed = gzipSync(raw);
    const damaged = Uint8Array.from(packed);
    damaged[packed.length - 6]! ^= 0xff;
    withFolder({ cut: packed.subarray(0, packed.length - 9), damaged }, (folder) => {
      expect(() => readIdx(join(folder, 'cut'))).toThrow(new RegExp(`cut: byte ${packed.length - 9}: the gzip data ends early`));
      expect(() => readIdx(join(folder, 'damaged'))).toThrow(/damaged: damaged gzip data: /);
    });
  });
});
