import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { hostTensor } from '../host-tensor.ts';
import { openSafetensors, readStateDict, saveStateDict } from './file.ts';
import { fileOf } from './fixtures.ts';
import { readSafetensors } from './read.ts';
import { writeSafetensors } from './write.ts';

const scratch = mkdtempSync(join(tmpdir(), 'safetensors-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);
const reference = fileURLToPath(new URL('../../fixtures/reference.safetensors', import.meta.url));
const tensors = { b: hostTensor('int64', [1], new BigInt64Array([-5n])), a: hostTensor('float32', [2, 1], new Float32Array([1, NaN])) };

/** A file of 5 GB that takes no room: only header and the last tensor are written. */
function sparseFile(path: string): void {
  const large = 5 * 2 ** 30;
  const header = fileOf({ large: { dtype: 'U8', shape: [large], data_offsets: [0, large] }, last: { dtype: 'F64', shape: [2], data_offsets: [large, large + 16] } });
  const file = openSync(path, 'w');
  writeSync(file, header);
  writeSync(file, new Float64Array([3, 4]), 0, 16, header.length + large);
  ftruncateSync(file, header.length + large + 16);
  closeSync(file);
}

describe('openSafetensors', () => {
  it('lists names, types, shapes and metadata, and reads one tensor at a time', async () => {
    const file = await openSafetensors(reference);
    const whole = readSafetensors(readFileSync(reference));
    expect(Object.keys(file.tensors)).toEqual(Object.keys(whole.tensors));
    expect(file.tensors['bf16']).toMatchObject({ dtype: 'bfloat16', shape: [2, 1] });
    for (const [name, { begin, end }] of Object.entries(file.tensors)) expect(end - begin, name).toBe(whole.tensors[name]!.data.byteLength);
    expect(file.metadata).toEqual(whole.metadata);
    const read = await Promise.all(Object.keys(file.tensors).reverse().map(async (name) => [name, await file.read(name)] as const));
    for (const [name, tensor] of read) expect(tensor, name).toEqual(whole.tensors[name]);
    await file.close();
  });

  it('reads the end of a file of 5 GB', async () => {
    sparseFile(at('large'));
    const file = await openSafetensors(at('large'));
    expect((await file.read('last')).data).toEqual(new Float64Array([3, 4]));
    await file.close();
    rmSync(at('large'));
  });

  it('says what it has not, and when it is closed', async () => {
    const file = await openSafetensors(reference);
    await expect(file.read('toString')).rejects.toThrow(new RangeError(`${reference}: has no tensor "toString"`));
    await file.close();
    await file.close();
    await expect(file.read('f32')).rejects.toThrow(`${reference}: is closed`);
  });

  it('sees a cut at any byte', async () => {
    const whole = readFileSync(reference);
    writeFileSync(at('cut'), whole);
    for (let size = whole.length - 1; size >= 0; size--) {
      truncateSync(at('cut'), size);
      await expect(openSafetensors(at('cut')), `${size} bytes`).rejects.toThrow(/cut: byte \d+: the file ends/);
    }
  });

  it('sees that a file was cut after it was opened', async () => {
    writeFileSync(at('shrinking'), readFileSync(reference));
    const file = await openSafetensors(at('shrinking'));
    truncateSync(at('shrinking'), readFileSync(reference).length - 2);
    await expect(file.read('bool')).rejects.toThrow(`${at('shrinking')}: byte 840: the file ends here, but had more bytes when it was opened`);
    await file.close();
  });

  it('names the file of every other error', async () => {
    mkdirSync(at('folder'));
    writeFileSync(at('evil'), fileOf({ a: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, [7]));
    writeFileSync(at('huge'), new Uint8Array(8).fill(255));
    await expect(openSafetensors(at('none'))).rejects.toThrow(at('none'));
    await expect(openSafetensors(at('folder'))).rejects.toThrow(`${at('folder')}: must be a file`);
    await expect(openSafetensors(at('huge'))).rejects.toThrow(`${at('huge')}: byte 0: the header must have at most 100000000 bytes`);
    await expect(readStateDict(at('evil'))).rejects.toThrow(`${at('evil')}: tensor "a": byte 63: a BOOL must be 0 or 1, got 7`);
  });
});

describe('readStateDict and saveStateDict', () => {
  it('write and read a file of the same bytes as writeSafetensors', async () => {
    await saveStateDict(at('saved'), tensors, { epoch: '3' });
    expect(new Uint8Array(readFileSync(at('saved')))).toEqual(writeSafetensors(tensors, { epoch: '3' }));
    const read = await readStateDict(at('saved'));
    expect(Object.getPrototypeOf(read)).toBeNull();
    expect({ ...read }).toEqual(tensors);
  });

  it('replace a file as a whole or not at all', async () => {
    await saveStateDict(at('kept'), tensors);
    const wrong = { ...tensors, c: { ...tensors.a, shape: [7] } };
    await expect(saveStateDict(at('kept'), wrong)).rejects.toThrow('saveStateDict: tensor "c": hostTensor: data must have 7 elements');
    await expect(saveStateDict(join(at('kept'), 'x'), tensors)).rejects.toThrow(`writeFileAtomic: cannot write ${join(at('kept'), 'x')}: ENOTDIR`);
    expect({ ...(await readStateDict(at('kept'))) }).toEqual(tensors);
    expect(readdirSync(scratch).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
