import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf } from './fixtures.ts';
import { readSafetensors } from './read.ts';

const fixture = (name: string): Uint8Array => readFileSync(fileURLToPath(new URL(`../../fixtures/${name}.safetensors`, import.meta.url)));
const read = (bytes: Uint8Array): ReturnType<typeof readSafetensors> => readSafetensors(bytes, 'm.safetensors');
const u8 = (shape: readonly number[], begin: number, end: number): object => ({ dtype: 'U8', shape, data_offsets: [begin, end] });

describe('readSafetensors', () => {
  it('reads every element type that the reference implementation wrote', () => {
    const { tensors, metadata } = read(fixture('reference'));
    expect({ ...metadata }).toEqual({ format: 'pt' });
    expect({ ...tensors }).toEqual({
      'z.f64': { dtype: 'float64', shape: [2, 2], data: new Float64Array([0.1, -2.5, 1e300, Infinity]) },
      f32: { dtype: 'float32', shape: [3], data: new Float32Array([1.5, -0, NaN]) },
      f16: { dtype: 'float16', shape: [3], data: new Uint16Array([0x3c00, 0xc000, 0x7bff]) },
      bf16: { dtype: 'bfloat16', shape: [2, 1], data: new Uint16Array([0x3f80, 0xc040]) },
      i64: { dtype: 'int64', shape: [2], data: new BigInt64Array([2n ** 62n + 1n, -1n]) },
      i32: { dtype: 'int32', shape: [], data: new Int32Array([-(2 ** 31)]) },
      i16: { dtype: 'int16', shape: [2], data: new Int16Array([-32768, 32767]) },
      i8: { dtype: 'int8', shape: [1, 1, 3], data: new Int8Array([-128, 127, 5]) },
      u8: { dtype: 'uint8', shape: [2], data: new Uint8Array([0, 255]) },
      bool: { dtype: 'bool', shape: [3], data: new Uint8Array([1, 0, 1]) },
      none: { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) },
      'größe "1"\n': { dtype: 'float32', shape: [1], data: new Float32Array([7]) },
    });
    expect({ ...read(fixture('empty')) }).toEqual({ tensors: Object.create(null) as object, metadata: Object.create(null) as object });
  });

  it('sees a cut at any byte, and bytes too many', () => {
    const whole = fixture('reference');
    for (let size = 0; size < whole.length; size++) expect(() => read(whole.subarray(0, size)), `${size} bytes`).toThrow(/^m\.safetensors: byte \d+: the file ends/);
    expect(() => read(new Uint8Array([...whole, 0]))).toThrow(`m.safetensors: byte ${whole.length}: 1 bytes follow tensor "bool" and belong to no tensor`);
  });

  it('reads tensors at places that are no multiple of their element size', () => {
    const header = { a: u8([1], 0, 1), b: { dtype: 'I64', shape: [1], data_offsets: [1, 9] }, c: { dtype: 'F16', shape: [1], data_offsets: [9, 11] } };
    for (let shift = 0; shift < 8; shift++) {
      const file = fileOf(header, [7, 1, 0, 0, 0, 0, 0, 0, 0x80, 0, 0x3c]);
      const moved = new Uint8Array(file.length + shift).subarray(shift);
      moved.set(file);
      const { tensors } = read(moved);
      expect([tensors['a']!.data[0], tensors['b']!.data[0], tensors['c']!.data[0]], `shift ${shift}`).toEqual([7, 1n - 2n ** 63n, 0x3c00]);
    }
  });

  it('gives views where the bytes are aligned and copies where not', () => {
    const file = fileOf('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"y":{"dtype":"I16","shape":[1],"data_offsets":[1,3]}} ', [1, 2, 3]);
    expect((file.length - 2) % 2).toBe(0); // y is at an even byte
    const { tensors } = read(file);
    expect([tensors['x']!.data.buffer === file.buffer, tensors['y']!.data.buffer === file.buffer]).toEqual([true, true]);
    const buffer = Buffer.alloc(file.length + 1).subarray(1);
    buffer.set(file);
    const copies = read(buffer).tensors;
    expect([copies['x']!.data.buffer === buffer.buffer, copies['y']!.data.buffer === buffer.buffer]).toEqual([true, false]);
    expect(copies['y']!.data[0]).toBe(0x302);
  });

  it('takes keys in any order, spaces around the JSON, and gaps-free tensors listed in any order', () => {
    const { tensors } = read(fileOf('{ "b" : {"data_offsets":[1,2],"shape":[ ],"dtype":"U8"},\n"__metadata__":{},"a":{"shape":[1,1],"dtype":"U8","data_offsets":[0,1]} } \n ', [4, 5]));
    expect([tensors['a']!.data[0], tensors['b']!.data[0]]).toEqual([4, 5]);
  });

  it('keeps names that objects have by nature', () => {
    const names = ['constructor', 'toString', 'prototype', 'hasOwnProperty', ''];
    const { tensors, metadata } = read(fileOf({ __metadata__: { valueOf: 'x' }, ...Object.fromEntries(names.map((name, i) => [name, u8([1], i, i + 1)])) }, [0, 1, 2, 3, 4]));
    expect([Object.getPrototypeOf(tensors), Object.getPrototypeOf(metadata)]).toEqual([null, null]);
    expect(Object.keys(tensors)).toEqual(names);
    expect(metadata['valueOf']).toBe('x');
    expect(metadata['toString']).toBeUndefined();
  });

  it.each<[string, object | string, number[], string]>([
    ['a key twice', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1], 'byte 61: key "a" occurs twice'],
    ['a key twice, once escaped', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1], 'byte 61: key "a" occurs twice'],
    ['a field twice', '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', [1], 'byte 27: key "dtype" occurs twice'],
    ['metadata twice', '{"__metadata__":{},"__metadata__":{}}', [], 'byte 27: key "__metadata__" occurs twice'],
    ['a metadata key twice', '{"__metadata__":{"é":"1","é":"2"}}', [], 'byte 34: key "é" occurs twice'],
    ['a hostile name', '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [1], 'byte 9: key "__proto__" is not allowed'],
    ['a hostile metadata key', '{"__metadata__":{"__proto__":"x"}}', [], 'byte 25: key "__proto__" is not allowed'],
    ['metadata that is no string', { __metadata__: { a: 1 } }, [], 'byte 29: expected a string, got "1}}"'],
    ['metadata that is a list', { __metadata__: ['a'] }, [], 'byte 24: expected an object, got "[\\"a\\"]}"'],
    ['an overlap', { a: u8([2], 0, 2), b: u8([2], 1, 3) }, [1, 2, 3], 'tensor "b": begins at byte 114, inside tensor "a", which ends at byte 115'],
    ['the same bytes twice', { a: u8([1], 0, 1), b: u8([1], 0, 1) }, [1], 'tensor "b": begins at byte 113, inside tensor "a", which ends at byte 114'],
    ['a hole', { a: u8([1], 0, 1), b: u8([1], 2, 3) }, [1, 2, 3], 'byte 114: 1 bytes between tensor "a" and tensor "b" belong to no tensor'],
    ['a hole at the start', { a: u8([1], 1, 2) }, [1, 2], 'byte 61: 1 bytes between the header and tensor "a" belong to no tensor'],
    ['offsets beyond the file', { a: u8([9], 0, 9) }, [1, 2], 'byte 63: the file ends here, but tensor "a" ends at byte 70 (truncated?)'],
    ['offsets that go back', { a: u8([1], 2, 1) }, [1], 'tensor "a": data_offsets must be [begin, end] with begin <= end, got [2, 1]'],
    ['three offsets', { a: { dtype: 'U8', shape: [], data_offsets: [0, 1, 2] } }, [1], 'tensor "a": data_offsets must be [begin, end] with begin <= end, got [0, 1, 2]'],
    ['a length that is not the shape\'s', { a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 20] } }, [], 'tensor "a": shape [2, 3] of F32 needs 24 bytes, got data_offsets [0, 20]'],
    ['a shape of 10^20', { a: u8([100000000000000000000], 0, 1) }, [1], 'byte 36: expected a whole number in [0, 2^53), got "100000000000000000000],\\""'],
    ['a shape that overflows', { a: u8([2 ** 52, 2 ** 52], 0, 0) }, [], 'tensor "a": shape [4503599627370496, 4503599627370496] must have fewer than 2^53 bytes'],
    ['a shape that overflows to 0', { a: u8([2 ** 32, 2 ** 32], 0, 0) }, [], 'tensor "a": shape [4294967296, 4294967296] must have fewer than 2^53 bytes'],
    ['offsets of 2^64', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[18446744073709551615,0]}}', [1], 'byte 55: expected a whole number in [0, 2^53), got "18446744073709551615,0]'],
    ['a negative axis', { a: u8([-1], 0, 1) }, [1], 'byte 36: expected a whole number in [0, 2^53), got "-1],'],
    ['a fraction', { a: u8([1.5], 0, 1) }, [1], 'byte 36: expected a whole number in [0, 2^53), got "1.5],'],
    ['an exponent', '{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}', [1], 'byte 36: expected a whole number in [0, 2^53), got "1e0],'],
    ['a leading zero', '{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}', [1], 'byte 36: expected a whole number in [0, 2^53), got "01],'],
    ['an unknown dtype', { a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, [1], 'tensor "a": dtype must be one of I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL, got "F8_E4M3"'],
    ['a dtype by another name', { a: { dtype: 'toString', shape: [1], data_offsets: [0, 1] } }, [1], 'tensor "a": dtype must be one of I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL, got "toString"'],
    ['a missing field', { a: { dtype: 'U8', data_offsets: [0, 1] } }, [1], 'tensor "a": lacks shape'],
    ['a field too many', { a: { ...u8([1], 0, 1), evil: 1 } }, [1], 'tensor "a": a tensor has dtype, shape and data_offsets, got "evil"'],
    ['a tensor that is no object', { a: [] }, [], 'byte 13: expected an object, got "[]}"'],
    ['a list', '[]', [], "byte 8: the header must begin with '{', got 0x5b"],
    ['a space before the JSON', ' {}', [], "byte 8: the header must begin with '{', got 0x20"],
    ['no header', '', [], "byte 8: the header must begin with '{', got an empty header"],
    ['text after the JSON', '{}x', [], 'byte 10: expected the end of the header, got "x"'],
    ['a NUL after the JSON', '{}\0', [], 'byte 10: expected the end of the header, got "\\u0000"'],
    ['an open object', '{"a":', [], 'byte 13: expected an object, got the end of the header'],
    ['an open string', '{"a', [], 'byte 11: expected the end of a string that begins at byte 9, got the end of the header'],
    ['a line break in a string', '{"a\n":1}', [], 'byte 11: expected the end of a string that begins at byte 9'],
    ['a bad escape', '{"\\x":1}', [], 'byte 9: expected a JSON string, got "\\x"'],
    ['half a character', '{"\\ud800":1}', [], 'byte 9: expected a JSON string, got "\\ud800"'],
    ['a comma too many', '{"__metadata__":{},}', [], 'byte 27: expected a string, got "}"'],
    ['a comma too few', '{"__metadata__":{"a":"1" "b":"2"}}', [], "byte 33: expected ',' or '}', got"],
    ['no colon', '{"a" 1}', [], "byte 13: expected ':' after key \"a\", got \"1}\""],
    ['a BOOL of 2', { a: { dtype: 'BOOL', shape: [3], data_offsets: [0, 3] } }, [1, 0, 2], 'tensor "a": byte 65: a BOOL must be 0 or 1, got 2'],
  ])('refuses %s', (_, header, data, message) => {
    expect(() => read(fileOf(header, data))).toThrow(`m.safetensors: ${message}`);
  });

  it('refuses a header that is not UTF-8, or begins with a byte order mark', () => {
    const broken = fileOf('{"a__":{}}');
    broken[11] = 0xc3;
    expect(() => read(broken)).toThrow('m.safetensors: byte 8: the header must be UTF-8');
    expect(() => read(fileOf('\ufeff{}'))).toThrow("byte 8: the header must begin with '{', got 0xef");
  });

  it('refuses hostile lengths at once, without allocating', () => {
    const sized = (length: bigint): Uint8Array => {
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setBigUint64(0, length, true);
      return bytes;
    };
    const start = performance.now();
    for (const length of [2n ** 63n, 2n ** 64n - 1n, 100_000_001n]) {
      expect(() => read(sized(length))).toThrow(`m.safetensors: byte 0: the header must have at most 100000000 bytes, got ${length} (not a safetensors file?)`);
    }
    expect(() => read(sized(100_000_000n))).toThrow('m.safetensors: byte 16: the file ends inside the header, which ends at byte 100000008 (truncated?)');
    expect(performance.now() - start).toBeLessThan(100);
  });

  it('keeps its errors short however long the file makes them', () => {
    const long = 'x'.repeat(1e6);
    const files = [
      fileOf(`{"${long}":1}`), fileOf(`{"__metadata__":{"${long}":1}}`), fileOf(`{"${long}`), fileOf(`{"\\x${long}":1}`),
      fileOf(`{"a":{"dtype":"${long}","shape":[],"data_offsets":[0,1]}}`), fileOf(`{"a":{"dtype":"U8","shape":[${'1,'.repeat(1e5)}1],"data_offsets":[0,0]}}`),
      fileOf(`{"a":{"dtype":"U8","shape":[${'9'.repeat(1e6)}],"data_offsets":[0,0]}}`), fileOf(`{"a":{"${long}":1}}`),
    ];
    for (const file of files) {
      let message = '';
      try { read(file); } catch (error) { message = (error as Error).message; }
      expect(message).toMatch(/^m\.safetensors: /);
      expect(message.length).toBeLessThan(400);
    }
  });

  it('never answers a damaged header with anything but an error of its own', () => {
    const whole = fixture('reference');
    fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), (place, value) => {
      const damaged = Uint8Array.from(whole);
      damaged[place] = value;
      try {
        read(damaged);
      } catch (error) {
        expect((error as Error).message).toMatch(/^m\.safetensors: (byte \d+|tensor ")/);
      }
    }), { seed: 1, numRuns: 2000 });
  });

  it('takes bytes only', () => {
    expect(() => readSafetensors(new ArrayBuffer(8) as unknown as Uint8Array)).toThrow('readSafetensors: bytes must be a Uint8Array, got ArrayBuffer');
    expect(() => readSafetensors(new Uint8Array(0))).toThrow('safetensors: byte 0: the file ends inside the length of the header');
  });
});
