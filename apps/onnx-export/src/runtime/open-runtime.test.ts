import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRuntime } from './open-runtime.ts';

const missing = (name: string) => () => {
  throw new Error(`Cannot find package '${name}'`);
};

describe('openRuntime', () => {
  afterEach(() => {
    vi.doUnmock('onnxruntime-node');
    vi.doUnmock('onnxruntime-web');
    vi.resetModules();
  });

  it('takes onnxruntime-node', async () => {
    const { name, version } = await openRuntime();
    expect([name, version]).toEqual(['onnxruntime-node', expect.stringMatching(/^1\.\d+\.\d+/)]);
  });

  it('takes onnxruntime-web where onnxruntime-node is missing', async () => {
    vi.doMock('onnxruntime-node', missing('onnxruntime-node'));
    expect(await openRuntime()).toMatchObject({ name: 'onnxruntime-web', version: expect.stringMatching(/^1\.\d+\.\d+/) as string });
  });

  it('says what to install where both are missing', async () => {
    vi.doMock('onnxruntime-node', missing('onnxruntime-node'));
    vi.doMock('onnxruntime-web', missing('onnxruntime-web'));
    await expect(openRuntime()).rejects.toThrow('no ONNX runtime to check the file with: run npm install onnxruntime-node or npm install onnxruntime-web (');
  });

  it('does not fall back from a runtime that was asked for', async () => {
    vi.doMock('onnxruntime-node', missing('onnxruntime-node'));
    await expect(openRuntime(['onnxruntime-node'])).rejects.toThrow('run npm install onnxruntime-node (');
  });

  it.each([['onnxruntime-node'], ['onnxruntime-web']] as const)('%s refuses what is no model', async (name) => {
    const runtime = await openRuntime([name]);
    await expect(runtime.load(Uint8Array.of(1, 2, 3))).rejects.toThrow();
  });
});
