import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkOnnxFiles, onnxPython } from './check-onnx-files.ts';

describe('checkOnnxFiles', () => {
  it.skipIf(onnxPython === undefined)('says which file is no model', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mixwell-check-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'broken.onnx');
    writeFileSync(path, 'not a model');
    expect(checkOnnxFiles([path])).toEqual([expect.stringContaining(`${path}: `)]);
  });

  it.skipIf(onnxPython !== undefined)('needs a Python', () => expect(() => checkOnnxFiles([])).toThrow('MIXWELL_PYTHON must be a Python with the package onnx'));
});
