import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, hostTensor } from '@mixwell/tensor';
import { saveStateDict } from '@mixwell/tensor/node';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { numbers, optimizer, options, PER_EPOCH, start, toyBatches } from '../fixtures/toy-fit.ts';
import type { TrainState } from '../train-state.ts';
import type { FitEvent } from './events.ts';
import { fit } from './fit.ts';
import type { CheckpointOptions } from './options.ts';

let folder: string;
beforeEach(async () => {
  await tf.setBackend(plainBackEnd);
  folder = mkdtempSync(join(tmpdir(), 'mixwell-train-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('checkpoints of fit', () => {
  const checkpoint = (every?: number, resume = true): CheckpointOptions => ({ folder, resume, ...(every ? { every } : {}) });
  const monitor = { metric: 'accuracy', mode: 'max' } as const;

  /** Trains until a step, as if killed right after it. */
  async function crashAfter(steps: number, every: number): Promise<void> {
    const crash = (event: FitEvent): void => { if (event.type === 'step' && event.step === steps) throw new Error('crash'); };
    await expect(fit({ ...options(), monitor, checkpoint: checkpoint(every), on: crash })).rejects.toThrow('crash');
  }

  it.each([[1, 1], [4, 3], [7, 3], [12, 5], [13, 5], [18, 4]])('resume to the same numbers after a crash in step %i, with a checkpoint every %i steps', async (steps, every) => {
    const whole = await fit({ ...options(), monitor });
    await crashAfter(steps, every);
    const events: FitEvent[] = [];
    const resumed = await fit({ ...options(), monitor, checkpoint: checkpoint(every), on: (event) => { events.push(event); } });
    expect(numbers(resumed)).toEqual(numbers(whole));
    const saved = Math.max(Math.floor((steps - 1) / every) * every, Math.floor((steps - 1) / PER_EPOCH) * PER_EPOCH);
    if (saved > 0) expect(events[0]).toMatchObject({ type: 'start', step: saved, resumedFrom: join(folder, `checkpoint-${String(saved).padStart(10, '0')}.safetensors`) });
  });

  it('keep the newest two, mark themselves, and give the finished run again', async () => {
    const first = await fit({ ...options(), monitor, checkpoint: checkpoint(4) });
    expect(readdirSync(folder).sort()).toEqual(['checkpoint-0000000016.safetensors', 'checkpoint-0000000018.safetensors']);
    expect(readFileSync(join(folder, 'checkpoint-0000000018.safetensors'), 'latin1')).toContain('"format":"mixwell.train.checkpoint"');
    const again = await fit({ ...options(), monitor, checkpoint: checkpoint(4) });
    expect(numbers(again)).toEqual(numbers(first));
    expect(again.history).toEqual(first.history);
  });

  it('go on where the signal stopped', async () => {
    const controller = new AbortController();
    await fit({ ...options(), checkpoint: checkpoint(), signal: controller.signal, on: (event) => { if (event.type === 'step' && event.step === 8) controller.abort(); } });
    const resumed = await fit({ ...options(), checkpoint: checkpoint() });
    expect(numbers(resumed)).toEqual(numbers(await fit(options())));
  });

  it('train on for more epochs', async () => {
    await fit({ ...options(), epochs: 2, checkpoint: checkpoint() });
    expect(numbers(await fit({ ...options(), checkpoint: checkpoint() }))).toEqual(numbers(await fit(options())));
  });

  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ['empty', () => Buffer.alloc(0)],
    ['of zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ['changed in one bit', (bytes: Buffer) => { bytes[bytes.length - 5]! ^= 4; return bytes; }],
  ])('are passed over, and set aside, where they are %s', async (_, damage) => {
    const whole = await fit(options());
    await fit({ ...options(), checkpoint: checkpoint(4) });
    const newest = join(folder, 'checkpoint-0000000018.safetensors');
    writeFileSync(newest, damage(readFileSync(newest)));
    const events: FitEvent[] = [];
    const resumed = await fit({ ...options(), checkpoint: checkpoint(4), on: (event) => { events.push(event); } });
    expect(events[0]).toMatchObject({ type: 'damaged', path: `${newest}.damaged` });
    expect((events[0] as { reason: string }).reason).toContain(newest);
    expect(events[1]).toMatchObject({ type: 'start', step: 16 });
    expect(numbers(resumed)).toEqual(numbers(whole));
    expect(readdirSync(folder)).toContain('checkpoint-0000000018.safetensors.damaged');
  });

  it('are an error where all are damaged, or one is something else', async () => {
    const path = join(folder, 'checkpoint-0000000003.safetensors');
    writeFileSync(path, 'nonsense');
    await expect(fit({ ...options(), checkpoint: checkpoint() })).rejects.toThrow('none of its 1 checkpoints can be read');
    await saveStateDict(path, { w: hostTensor('float32', [1], Float32Array.of(1)) }, { format: 'pt' });
    await expect(fit({ ...options(), checkpoint: checkpoint() })).rejects.toThrow(`${path}: metadata must say format 'mixwell.train.checkpoint' and version '1', got 'pt' and 'undefined'`);
  });

  it('remove what a killed process left half-written, and nothing else', async () => {
    writeFileSync(join(folder, '.checkpoint-0000000006.safetensors.1f0c.tmp'), 'half');
    writeFileSync(join(folder, 'notes.tmp'), 'mine');
    await fit({ ...options(), epochs: 1, checkpoint: checkpoint() });
    expect(readdirSync(folder).sort()).toEqual(['checkpoint-0000000006.safetensors', 'notes.tmp']);
  });

  it('stand in the way of a new training', async () => {
    await fit({ ...options(), epochs: 1, checkpoint: checkpoint() });
    const state = start();
    await expect(fit({ ...options(), state, checkpoint: checkpoint(1, false) })).rejects.toThrow(/fit: checkpoint.folder must hold no checkpoints \(or say resume: true\), got .*checkpoint-0000000006/);
    expect(state.step.isDisposed).toBe(false);
  });

  it('refuse another rng, state, or data', async () => {
    await fit({ ...options(), epochs: 1, checkpoint: checkpoint() });
    await expect(fit({ ...options(), rng: createRng(9), checkpoint: checkpoint() })).rejects.toThrow(/fit: rng must be that of the checkpoint .*, got another stream/);
    await expect(fit({ ...options(), monitor, checkpoint: checkpoint() })).rejects.toThrow(/fit: monitor must be that of the checkpoint .*, none, got max accuracy/);
    const { ema: _, ...without } = start();
    await expect(fit({ ...options(), state: without, checkpoint: checkpoint() })).rejects.toThrow(/which also has ema\./);
    const state = start();
    const wider = { ...state, params: { ...state.params, 'fc2.bias': tf.zeros([4]) } };
    await expect(fit({ ...options(), state: wider, checkpoint: checkpoint() })).rejects.toThrow(/where params\.fc2\.bias is float32 \[3\], got float32 \[4\]/);
    const grown = { ...state, params: { ...state.params, more: tf.zeros([4]) } };
    await expect(fit({ ...options(), state: grown, checkpoint: checkpoint() })).rejects.toThrow(/which has no params\.more/);
    rmSync(folder, { recursive: true });
    await crashAfter(4, 3);
    await expect(fit({ ...options(), monitor, batches: (at) => toyBatches(at).slice(1), checkpoint: checkpoint() })).rejects.toThrow('fit: batches must give 6 batches per epoch as before the checkpoint, got 5');
  });

  it('are not written of a network that has run away', async () => {
    const state = start();
    const poisoned = { ...state, params: { ...state.params, unused: tf.tensor1d([1, Number.NaN]) }, optimizer: optimizer.init({ ...state.params, unused: tf.tensor1d([1, 2]) }), ema: { ...state.ema!, params: { ...state.ema!.params, unused: tf.tensor1d([1, 2]) } } };
    await expect(fit({ ...options(), state: poisoned, checkpoint: checkpoint() })).rejects.toThrow('fit: params.unused must be finite to be saved, got NaN at element 1 after step 6');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keep NaN and infinity of metrics', async () => {
    const odd = (_: TrainState, { epoch }: { epoch: number }): Record<string, number> => ({ nll: [Infinity, Number.NaN, -Infinity][epoch]! });
    await fit({ ...options(), evaluate: odd, checkpoint: checkpoint() });
    const { history } = await fit({ ...options(), evaluate: odd, checkpoint: checkpoint() });
    expect(history.map(({ evaluation }) => evaluation['nll'])).toEqual([Infinity, Number.NaN, -Infinity]);
  });

  it('fail with the path where the folder cannot be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(fit({ ...options(), checkpoint: { folder: join(file, 'sub'), resume: true } })).rejects.toThrow(/ENOTDIR/);
  });
});
