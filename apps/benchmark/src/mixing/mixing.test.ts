import { describe, expect, it } from 'vitest';
import { mixing } from './bench-mixing.ts';
import { copyPeak } from './copy-peak.ts';

describe('the area mixing', () => {
  it('names every case once, each with a peer', () => {
    expect(new Set(mixing.cases).size).toBe(mixing.cases.length);
    expect(mixing.peers.length).toBeGreaterThan(0);
  });

  it('measures how fast this machine copies', () => {
    expect(copyPeak()).toBeGreaterThan(1e8);
  });

  it.each(['puzzlemix-32-b2-plan', 'puzzlemix-32-b2-solve', 'c-mixup-epoch-4000'])('does the work of %s', async (name) => {
    const { version, step } = await mixing.prepare([name]);
    await step();
    expect(version).toBe(`Node ${process.version}`);
  });

  it.each(['mixup-buffers', 'cutmix-tensors'])('does the work of %s, whose result it can tell', async (name) => {
    const { check, step } = await mixing.prepare([name]);
    await step();
    expect(check).toBeGreaterThan(0.49);
    expect(check).toBeLessThan(0.51);
  });
});
