import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configure, createSession, runtimeInfo, writeOnnx } from './index.ts';
import type { OnnxModel } from './onnx/model.ts';
import { runtimeSettings, type RuntimeSettings } from './runtime/settings.ts';

const model: OnnxModel = {
  irVersion: 8,
  opset: { '': 17 },
  graph: { name: 'g', inputs: [{ name: 'x', dtype: 'float32', dims: [2] }], outputs: [{ name: 'y', dtype: 'float32', dims: [2] }], initializers: [], nodes: [{ op: 'Exp', inputs: ['x'], outputs: ['y'] }] },
};
const x = { dtype: 'float32', shape: [2], data: Float32Array.of(0, 1) } as const;

let before: RuntimeSettings;
beforeEach(() => { before = runtimeSettings(); });
afterEach(() => configure(before));

describe('configure', () => {
  it('changes what is given and leaves the rest', () => {
    configure({ threads: 3, spinning: 'never' });
    configure({ transport: 'worker' });
    expect(runtimeInfo()).toMatchObject({ threads: 3, transport: 'worker', executionProviders: ['cpu'] });
    expect(runtimeSettings().spinning).toBe('never');
  });

  it.each<RuntimeSettings>([{ spinning: 'running' }, { spinning: 'always' }, { spinning: 'never' }, { threads: 1 }, { executionProviders: [{ name: 'cpu', useArena: false }] }])('runs a model with %o', (settings) => {
    configure(settings);
    const session = createSession(writeOnnx(model));
    expect(session.run({ x })['y']!.data[1]).toBeCloseTo(Math.E, 5);
    session.release();
  });

  it('refuses what is no setting, naming it', () => {
    expect(() => configure({ threads: 0 })).toThrow(new RangeError('configure: threads must be a positive integer, got 0'));
    expect(() => configure({ threads: 1.5 })).toThrow(/got 1\.5/);
    expect(() => configure({ spinning: 'often' as 'never' })).toThrow('configure: spinning must be one of running, always, never, got often');
    expect(() => configure({ transport: 'post' as 'auto' })).toThrow('configure: transport must be one of auto, direct, worker, got post');
    expect(() => configure({ executionProviders: [] })).toThrow('configure: executionProviders must name at least one');
    expect(runtimeSettings()).toEqual(before);
  });

  it('refuses an execution provider that onnxruntime-node does not have, and lists those that it has', () => {
    const { version, available } = runtimeInfo();
    const names = available.map((provider) => provider.name).join(', ');
    expect(names).toMatch(/^cpu/);
    const message = `: executionProviders must be of those that onnxruntime-node ${version} has on ${process.platform} ${process.arch} (${names}), got quantum`;
    expect(() => configure({ executionProviders: ['quantum', 'cpu'] })).toThrow(new RangeError(`configure${message}`));
    expect(() => createSession(writeOnnx(model), { executionProviders: [{ name: 'quantum' }] })).toThrow(new RangeError(`createSession${message}`));
  });

  it('names the execution provider that cannot start', () => {
    const unusable = runtimeInfo().available.find((provider) => provider.name === 'tensorrt' && !provider.bundled);
    if (unusable) expect(() => createSession(writeOnnx(model), { executionProviders: ['tensorrt', 'cpu'] })).toThrow(/^createSession: with executionProviders tensorrt, cpu: /);
  });

  it('reads the environment', async () => {
    vi.stubEnv('ONNXRUNTIME_THREADS', '5');
    vi.stubEnv('ONNXRUNTIME_TRANSPORT', 'worker');
    vi.resetModules();
    expect((await import('./runtime/settings.ts')).runtimeSettings()).toMatchObject({ threads: 5, transport: 'worker' });
    vi.stubEnv('ONNXRUNTIME_TRANSPORT', 'pigeon');
    vi.resetModules();
    const { runtimeSettings: fresh } = await import('./runtime/settings.ts');
    expect(() => fresh()).toThrow('ONNXRUNTIME_TRANSPORT must be one of auto, direct, worker, got pigeon');
    vi.unstubAllEnvs();
  });
});
