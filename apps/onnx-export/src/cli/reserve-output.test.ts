import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures.ts';
import type { ModelFiles } from '../runtime/model-files.ts';
import { reserveOutput } from './reserve-output.ts';

const bytes = Uint8Array.of(1, 2, 3);

describe('reserveOutput', () => {
  it('puts the file at its place when told so, not before', async () => {
    const path = join(temporaryFolder(), 'model.onnx');
    writeFileSync(path, 'old');
    const output = await reserveOutput(path);
    await output.write({ bytes });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(new Uint8Array(readFileSync(output.temporary))).toEqual(bytes);
    await output.commit();
    await output.discard();
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
  });

  it('leaves nothing behind when it is called off', async () => {
    const folder = temporaryFolder();
    const output = await reserveOutput(join(folder, 'model.onnx'));
    expect(readdirSync(folder)).toHaveLength(1);
    await output.write({ bytes });
    await output.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces what a symbolic link points to', async () => {
    const folder = temporaryFolder();
    const [target, link] = [join(folder, 'target.onnx'), join(folder, 'link.onnx')];
    writeFileSync(target, 'old');
    symlinkSync(target, link);
    const output = await reserveOutput(link);
    await output.write({ bytes });
    await output.commit();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(new Uint8Array(readFileSync(target))).toEqual(bytes);
  });

  const data = (...values: number[]): ModelFiles['data'] => ({ location: 'model.onnx.data', byteLength: values.length, chunks: () => [Uint8Array.from(values)] });
  const contents = (folder: string): Record<string, number[]> => Object.fromEntries(readdirSync(folder).map((name) => [name, [...readFileSync(join(folder, name))]]));

  it('replaces both files of a model in two', async () => {
    const folder = temporaryFolder();
    for (const values of [[4, 5], [6]]) {
      const output = await reserveOutput(join(folder, 'model.onnx'));
      expect(output.dataName).toBe('model.onnx.data');
      await output.write({ bytes, data: data(...values)! });
      await output.commit();
      expect(contents(folder)).toEqual({ 'model.onnx': [1, 2, 3], 'model.onnx.data': values });
    }
  });

  it('leaves both old files where one of the new cannot be put in its place', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'model.onnx'), Uint8Array.of(7));
    writeFileSync(join(folder, 'model.onnx.data'), Uint8Array.of(8));
    const output = await reserveOutput(join(folder, 'model.onnx'));
    await output.write({ bytes, data: data(4)! });
    rmSync(output.temporary);
    await expect(output.commit()).rejects.toThrow('ENOENT');
    await output.discard();
    expect(contents(folder)).toEqual({ 'model.onnx': [7], 'model.onnx.data': [8] });
  });

  it('listens to signals no longer than it has a file', async () => {
    const before = process.listenerCount('SIGINT');
    const output = await reserveOutput(join(temporaryFolder(), 'model.onnx'));
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    await output.discard();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  it('refuses folders that do not exist, and paths that are no files', async () => {
    const folder = temporaryFolder();
    await expect(reserveOutput(join(folder, 'no', 'model.onnx'))).rejects.toThrow('does not exist');
    await expect(reserveOutput(folder)).rejects.toThrow('is not a file, so it cannot be replaced');
    mkdirSync(join(folder, 'model.onnx.data'));
    await expect(reserveOutput(join(folder, 'model.onnx'))).rejects.toThrow('model.onnx.data: is not a file');
  });
});
