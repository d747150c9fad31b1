import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as loading from '../load-runtime.ts';
import type { Runtime, RuntimeModel } from './runtime.ts';

type Results = ReturnType<RuntimeModel['run']>;

/** The block that is found where the runtime's results come out otherwise. */
async function blockWhere(change: (results: Results) => Results): Promise<number> {
  vi.resetModules(); // the block is found once
  vi.doMock('../load-runtime.ts', async (original) => {
    const real = await original<typeof loading>();
    const runtime = real.loadRuntime();
    const changed: Runtime = {
      ...runtime,
      load: (model, options) => {
        const loaded = runtime.load(model, options);
        return { ...loaded, run: (feeds, outputs) => change(loaded.run(feeds, outputs)), release: () => loaded.release() };
      },
    };
    return { ...real, loadRuntime: () => changed };
  });
  const { channelBlock } = await import('./channel-block.ts');
  return channelBlock();
}

afterEach(() => { vi.doUnmock('../load-runtime.ts'); });

describe('the layout of convolutions', () => {
  it.runIf(process.arch === 'x64')('is used where its operators give the right numbers', async () => {
    expect(await blockWhere((results) => results)).toBeGreaterThan(1);
  });

  it('is not used where one number is wrong', async () => {
    const spoil = (results: Results): Results => {
      (results['y']!.data as Float32Array)[3]! += 1;
      return results;
    };
    expect(await blockWhere(spoil)).toBe(1);
  });

  it('is not used where the operators fail', async () => {
    expect(await blockWhere(() => { throw new Error('no such operator'); })).toBe(1);
  });

  it('is not used where models run elsewhere than on the CPU', async () => {
    vi.resetModules();
    const { changeSettings } = await import('./settings.ts');
    const { channelBlock } = await import('./channel-block.ts');
    changeSettings({ executionProviders: ['cuda'] });
    expect(channelBlock()).toBe(1);
  });
});
