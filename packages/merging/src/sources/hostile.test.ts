import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { parseRecipe } from '../recipe/parse-recipe.ts';
import { scratchFolder } from '../run/fixtures.ts';
import { openCheckpoint } from './open-checkpoint.ts';

/** A safetensors file with this header and so many bytes of data behind it, which take no room. */
function writeFile(path: string, header: object | string, dataBytes = 0, headerLength?: bigint): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(headerLength ?? BigInt(json.length));
  const fd = openSync(path, 'w');
  writeSync(fd, Buffer.concat([prefix, json]));
  ftruncateSync(fd, 8 + json.length + dataBytes);
  closeSync(fd);
  return path;
}

/** Rejects with a message, soon and without much memory. */
async function refuses(open: () => Promise<unknown>, message: string | RegExp): Promise<void> {
  const before = process.memoryUsage();
  const begin = performance.now();
  await expect(open()).rejects.toThrow(message);
  expect(performance.now() - begin).toBeLessThan(1000); // some milliseconds; a loaded machine is given time
  const { external, arrayBuffers } = process.memoryUsage();
  expect(external + arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(50e6);
}

describe('hostile safetensors files', () => {
  const f32 = (shape: unknown, ...data_offsets: number[]) => ({ dtype: 'F32', shape, data_offsets });
  it.each<[string, object | string, number, bigint | undefined, RegExp]>([
    ['a header of 2^63 bytes', '{}', 0, 2n ** 63n, /x\.safetensors: byte 0: the header must have at most 100000000 bytes, got 9223372036854775808/],
    ['a header beyond the end', '{}', 0, 1000n, /byte 10: the file ends inside the header/],
    ['a truncated file', { a: f32([4], 0, 16) }, 12, undefined, /the file ends here, but tensor "a" ends at byte/],
    ['overlapping offsets', { a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12, undefined, /tensor "b": begins at byte \d+, inside tensor "a"/],
    ['10^20 elements', { a: f32([1e10, 1e10], 0, 4) }, 4, undefined, /tensor "a": shape \[10000000000, 10000000000\] must have fewer than 2\^53 bytes/],
    ['a number that is none', '{"a":{"dtype":"F32","shape":[1e20],"data_offsets":[0,4]}}', 4, undefined, /expected a whole number/],
    ['a hole', { a: f32([1], 8, 12) }, 12, undefined, /8 bytes between the header and tensor "a" belong to no tensor/],
    ['deep nesting', `{"a":${'['.repeat(100_000)}`, 0, undefined, /expected an object/],
  ])('%s', async (_, header, bytes, length, message) => {
    const path = writeFile(join(scratchFolder(), 'x.safetensors'), header, bytes, length);
    await refuses(() => openCheckpoint(path), message);
  });
});

describe('hostile indices', () => {
  function folderWith(weightMap: unknown): string {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'model'));
    writeFile(join(folder, 'outside.safetensors'), { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 4);
    writeFile(join(folder, 'model', 'm.safetensors'), { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }, 4);
    writeFileSync(join(folder, 'model', 'model.safetensors.index.json'), typeof weightMap === 'string' ? weightMap : JSON.stringify({ weight_map: weightMap }));
    return join(folder, 'model');
  }
  it.each<[string, unknown, RegExp]>([
    ['a path outside of the folder', { a: '../outside.safetensors' }, /weight_map: a file must not be outside of the folder, got "..\/outside.safetensors"/],
    ['a path outside with a detour', { a: 'x/../../outside.safetensors' }, /must not be outside of the folder/],
    ['an absolute path', { a: '/etc/passwd' }, /must not be outside of the folder, got "\/etc\/passwd"/],
    ['a path of Windows', { a: 'C:\\secrets' }, /must not be outside of the folder/],
    ['a shard that is not there', { a: 'n.safetensors' }, /a file must be there, got "n.safetensors"/],
    ['a tensor that the shard has not', { a: 'm.safetensors', b: 'm.safetensors' }, /"m.safetensors" must have tensor "b", which it has not/],
    ['a tensor that is not listed', {}, /must hold one checkpoint|weight_map/],
    ['no mapping', [1], /weight_map must be an object/],
    ['a number for a shard', { a: 3 }, /weight_map: "a" must be the name of a file, got "3"/],
    ['no JSON', '{"weight_map": {', /an index must be JSON/],
  ])('%s', async (_, weightMap, message) => {
    const folder = folderWith(weightMap);
    if (JSON.stringify(weightMap) === '{}') {
      expect((await openCheckpoint(folder)).tensors).toEqual({});
      return;
    }
    await refuses(() => openCheckpoint(folder), message);
  });

  it('and shards with more than is listed', async () => {
    const folder = folderWith({ a: 'm.safetensors' });
    writeFile(join(folder, 'm.safetensors'), { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] }, b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8);
    await refuses(() => openCheckpoint(folder), /weight_map must list what the shards hold, got no "b", which is in "m.safetensors"/);
  });

  it('and what is no checkpoint', async () => {
    const folder = scratchFolder();
    await refuses(() => openCheckpoint(join(folder, 'none')), /none: no such file or folder/);
    await refuses(() => openCheckpoint(folder), /must hold a \.safetensors or \.onnx file$/);
    writeFileSync(join(folder, 'pytorch_model.bin'), '');
    await refuses(() => openCheckpoint(folder), /got pytorch_model.bin, a pickle of PyTorch/);
    await refuses(() => openCheckpoint(join(folder, 'pytorch_model.bin')), /a model must be a folder, a \.safetensors/);
    for (const name of ['a', 'b']) writeFile(join(folder, `${name}.safetensors`), {});
    await refuses(() => openCheckpoint(folder), /must hold one checkpoint, got a.safetensors, b.safetensors without an index; name the file/);
  });
});

describe('hostile ONNX files', () => {
  const model = (initializer: object[]): Uint8Array => toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, graph: { name: 'g', initializer } }));
  async function refusesBytes(bytes: Uint8Array, message: RegExp): Promise<void> {
    const path = join(scratchFolder(), 'm.onnx');
    writeFileSync(path, bytes);
    await refuses(() => openCheckpoint(path), message);
  }
  const raw = (dims: bigint[], length: number) => ({ name: 'w', dataType: 1, dims, rawData: new Uint8Array(length) });

  it('cut off at any byte', async () => {
    const whole = model([raw([2n, 2n], 16)]);
    const path = join(scratchFolder(), 'm.onnx');
    for (let size = 0; size < whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size));
      await expect(openCheckpoint(path), `${size} bytes`).rejects.toThrow(/m\.onnx: (byte \d+, |must have one graph)/);
    }
  });

  it.each<[string, object, RegExp]>([
    ['10^20 elements', raw([10n ** 10n, 10n ** 10n], 4), /initializer "w": shape \[10000000000, 10000000000\] must have fewer than 2\^53 bytes/],
    ['sizes below 0', raw([-1n], 4), /axes, of whole numbers >= 0, got -1/],
    ['a thousand axes', raw(Array.from({ length: 1000 }, () => 1n), 4), /at most 64 axes/],
    ['bytes that do not fit', raw([3n], 8), /needs 12 bytes, got 8 bytes/],
    ['a type that is none', { ...raw([1n], 4), dataType: 99 }, /element type must be one of float32, .*, got number 99 of ONNX/],
    ['fewer varints than elements', { name: 'w', dataType: 7, dims: [1000n], int64Data: [1n] }, /needs 1000 elements, got 1 bytes/],
    ['elements outside of the folder', { name: 'w', dataType: 1, dims: [1n], dataLocation: 1, externalData: [{ key: 'location', value: '../secret' }] }, /must not be outside of the folder, got "..\/secret"/],
    ['elements beyond the end', { name: 'w', dataType: 1, dims: [1n], dataLocation: 1, externalData: [{ key: 'location', value: 'm.onnx' }, { key: 'offset', value: '999999' }] }, /bytes 999999 to 1000003 of "m.onnx" are needed/],
    ['an offset that is none', { name: 'w', dataType: 1, dims: [1n], dataLocation: 1, externalData: [{ key: 'location', value: 'm.onnx' }, { key: 'offset', value: '-1' }] }, /offset must be a whole number, got "-1"/],
  ])('%s', async (_, initializer, message) => refusesBytes(model([initializer]), message));

  it('two initializers of one name, and none', async () => {
    await refusesBytes(model([raw([1n], 4), raw([1n], 4)]), /an initializer must have a name of its own, got "w"/);
    await refusesBytes(Uint8Array.of(1, 2, 3), /m\.onnx: byte 0, model: a field of protobuf expected|m\.onnx: byte 0/);
  });

  it('noise', async () => {
    const path = join(scratchFolder(), 'm.onnx');
    const whole = model([raw([2n, 2n], 16)]);
    for (let i = 0; i < 200; i++) {
      const bytes = whole.slice();
      bytes[(i * 7919) % bytes.length] = (i * 31 + 7) & 255;
      writeFileSync(path, bytes);
      await openCheckpoint(path).catch((error: unknown) => expect((error as Error).message).toContain('m.onnx'));
    }
  });
});

describe('hostile recipes', () => {
  const soon = (text: string, message: RegExp): void => {
    const begin = performance.now();
    expect(() => parseRecipe(text)).toThrow(message);
    expect(performance.now() - begin).toBeLessThan(1000);
  };
  it('are refused soon', () => {
    const lol = Array.from({ length: 20 }, (_, i) => `l${i}: &l${i} [${Array.from({ length: 10 }, () => (i === 0 ? 'x' : `*l${i - 1}`)).join(', ')}]`).join('\n');
    soon(lol, /recipe: Excessive alias count|recipe: .*alias/);
    soon('['.repeat(100_000), /must not be nested more than 50 deep/);
    soon(`${'- '.repeat(50_000)}x`, /must not begin more than 20 lists in one line/);
    soon(`${'? '.repeat(50_000)}x`, /must not begin more than 20 lists in one line/);
    soon('x'.repeat(300_000), /must have at most 200000 characters/);
    soon(Array.from({ length: 40_000 }, (_, i) => `${' '.repeat(Math.min(i, 200))}a:`).join('\n').slice(0, 190_000), /recipe: /);
    soon('a: *b', /recipe: /);
    soon('a: 1\na: 2', /recipe: .*unique/i);
    soon('merge_method: !!js/function "x"', /recipe: /);
    soon('', /must hold a document|must be a mapping/);
  });
});
