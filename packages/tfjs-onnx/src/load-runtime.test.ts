import { afterEach, describe, expect, it, vi } from 'vitest';

/** What an installation of onnxruntime-node gives for each path that is asked for; an error is thrown. */
type Installation = Readonly<Record<string, unknown>>;

/** The module, in a process where onnxruntime-node is installed so. */
async function loaderWith(installation: Installation): Promise<typeof import('./load-runtime.ts')> {
  vi.resetModules();
  vi.doMock('node:module', () => ({
    createRequire: () => (path: string): unknown => {
      const found = installation[path] ?? Object.assign(new Error(`Cannot find module '${path}'`), { code: 'MODULE_NOT_FOUND' });
      if (found instanceof Error) throw found;
      return found;
    },
  }));
  return import('./load-runtime.ts');
}

afterEach(() => vi.doUnmock('node:module'));

const api = { Tensor: Object, env: { logLevel: 'warning', versions: { node: '1.99.0' } } };
const session = { prototype: { run: vi.fn<() => void>(), loadModel: vi.fn<() => void>() } };

describe('loadRuntime', () => {
  it('says how to install onnxruntime-node where it is missing', async () => {
    const { loadRuntime, isRuntimeAvailable } = await loaderWith({});
    expect(() => loadRuntime()).toThrow(/^onnxruntime: the package onnxruntime-node is not installed:\nnpm install onnxruntime-node/);
    expect(isRuntimeAvailable()).toBe(false);
  });

  it('says which platforms there are where it has no binary', async () => {
    const { loadRuntime } = await loaderWith({ 'onnxruntime-node': new Error("Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'") });
    expect(() => loadRuntime()).toThrow(new RegExp(`^onnxruntime: onnxruntime-node has no binary that loads on ${process.platform} ${process.arch} \\(it has .*\\): Cannot find module '../bin`));
  });

  it.each<[string, Installation]>([
    ['is elsewhere', {}],
    ['may not be asked for', { 'onnxruntime-node/dist/binding.js': Object.assign(new Error('not exported'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }) }],
    ['has no session', { 'onnxruntime-node/dist/binding.js': { binding: {}, initOrt: () => {} } }],
    ['has a session that works otherwise', { 'onnxruntime-node/dist/binding.js': { binding: { InferenceSession: { prototype: { run: session.prototype.run } } }, initOrt: () => {} } }],
    ['cannot be initialised', { 'onnxruntime-node/dist/binding.js': { binding: { InferenceSession: session } } }],
  ])('names the version whose binding %s', async (_, binding) => {
    const { loadRuntime } = await loaderWith({ 'onnxruntime-node': api, ...binding });
    expect(() => loadRuntime()).toThrow('onnxruntime: onnxruntime-node 1.99.0 has no synchronous run under its public API, as 1.30 has; install that version');
  });

  it('initialises the binding once', async () => {
    const initOrt = vi.fn<() => void>();
    const { loadRuntime, isRuntimeAvailable } = await loaderWith({ 'onnxruntime-node': api, 'onnxruntime-node/dist/binding.js': { binding: { InferenceSession: session }, initOrt } });
    expect(loadRuntime().Session).toBe(session);
    expect(isRuntimeAvailable()).toBe(true);
    expect(initOrt).toHaveBeenCalledTimes(1);
  });
});
