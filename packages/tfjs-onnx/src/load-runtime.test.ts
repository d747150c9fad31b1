import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RuntimeSettings } from './runtime/settings.ts';

/** What an installation of onnxruntime-node gives for each path that is asked for; an error is thrown. */
type Installation = Readonly<Record<string, unknown>>;

const actual = createRequire(import.meta.url);

/** The module, in a process where onnxruntime-node is installed so. */
async function loaderWith(installation: Installation, settings: RuntimeSettings = {}): Promise<typeof import('./load-runtime.ts')> {
  vi.resetModules();
  const require = (path: string): unknown => {
    const found = installation[path] ?? Object.assign(new Error(`Cannot find module '${path}'`), { code: 'MODULE_NOT_FOUND' });
    if (found instanceof Error) throw found;
    return found;
  };
  vi.doMock('node:module', () => ({ createRequire: () => Object.assign(require, { resolve: actual.resolve }) }));
  (await import('./runtime/settings.ts')).changeSettings(settings);
  return import('./load-runtime.ts');
}

const api = (version: string): object => ({ Tensor: Object, env: { logLevel: 'warning', versions: { node: version } } });
const BINDING = 'onnxruntime-node/dist/binding.js';
const session = (run: (feeds: Record<string, { data: Float32Array }>) => unknown): unknown => class {
  inputMetadata = [];
  outputMetadata = [];
  loadModel(): void {}
  dispose(): void {}
  run(feeds: Record<string, { data: Float32Array }>): unknown { return run(feeds); }
};
const negates = session(() => ({ y: { data: Float32Array.of(-1, 2) } }));
const Tensor = function create(this: { data: unknown }, _: string, data: unknown): void { this.data = data; };

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((text: string) => { if (text.startsWith('onnxruntime')) warnings.push(text); });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.doUnmock('node:module');
});

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

  it('takes the binding where it works, initialised once, without a word', async () => {
    const initOrt = vi.fn<() => void>();
    const { loadRuntime, isRuntimeAvailable } = await loaderWith({ 'onnxruntime-node': { ...api('1.31.2'), Tensor }, [BINDING]: { binding: { InferenceSession: negates }, initOrt } });
    expect(loadRuntime().transport).toBe('direct');
    expect(isRuntimeAvailable()).toBe(true);
    expect(loadRuntime()).toBe(loadRuntime());
    expect(initOrt).toHaveBeenCalledTimes(1);
    expect(warnings).toEqual([]);
  });

  it.each<[string, string, Installation]>([
    ['is elsewhere', '1.99.0', {}],
    ['may not be asked for', '1.99.0', { [BINDING]: Object.assign(new Error('not exported'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }) }],
    ['has no session', '1.99.0', { [BINDING]: { binding: {}, initOrt: () => {} } }],
    ['has a session of other methods', '1.99.0', { [BINDING]: { binding: { InferenceSession: { prototype: { run: () => {} } } }, initOrt: () => {} } }],
    ['cannot be initialised', '1.99.0', { [BINDING]: { binding: { InferenceSession: negates } } }],
    ['gives promises', '1.99.0', { [BINDING]: { binding: { InferenceSession: session(() => Promise.resolve({})) }, initOrt: () => {} } }],
    ['gives something else', '1.99.0', { [BINDING]: { binding: { InferenceSession: session(() => ({ y: { data: Float32Array.of(1, 2) } })) }, initOrt: () => {} } }],
    ['is of an older version', '1.29.0', { [BINDING]: { binding: { InferenceSession: negates }, initOrt: () => {} } }],
    ['is of the next major version', '2.0.0', { [BINDING]: { binding: { InferenceSession: negates }, initOrt: () => {} } }],
  ])('runs models by the public API where the binding %s, and says so once', async (_, version, binding) => {
    const { loadRuntime } = await loaderWith({ 'onnxruntime-node': { ...api(version), Tensor }, ...binding });
    expect(loadRuntime().transport).toBe('worker');
    expect(loadRuntime()).toBe(loadRuntime());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(`onnxruntime: onnxruntime-node ${version} has no synchronous run under its public API, as 1.30 has. Models run in a thread instead`);
    const { runs } = await import('./runtime/probe.ts');
    expect(runs(loadRuntime())).toBe(true);
  });

  it('takes the transport that it is told to, and then says nothing', async () => {
    const without = { 'onnxruntime-node': api('1.99.0') };
    expect((await loaderWith(without, { transport: 'worker' })).loadRuntime().transport).toBe('worker');
    expect(warnings).toEqual([]);
    const { loadRuntime } = await loaderWith(without, { transport: 'direct' });
    expect(() => loadRuntime()).toThrow("onnxruntime: onnxruntime-node 1.99.0 has no synchronous run under its public API, as 1.30 has; install that version, or leave the transport to 'auto'");
  });

  it('lists the execution providers; the CPU at least', async () => {
    expect((await loaderWith({ 'onnxruntime-node': api('1.0.0') })).supportedProviders()).toEqual([{ name: 'cpu', bundled: true }]);
  });
});
