// oxlint-disable import/no-unassigned-import -- back ends register themselves
import '@mixwell/tfjs-onnx';
import '@tensorflow/tfjs-backend-cpu';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRng, hostTensor, uniform, type HostTensor, type Rng } from '@mixwell/tensor';
import { saveStateDict } from '@mixwell/tensor/node';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adamW } from '../adam-w.ts';
import { cosine } from '../cosine.ts';
import { classify, forward, initMlp, toyArrays, type ToyBatch } from '../fixtures/toy.ts';
import { makeStep, type Objective } from '../make-step.ts';
import { makePredict } from '../predict.ts';
import { sgd } from '../sgd.ts';
import { createState, snapshot, type TrainState } from '../train-state.ts';
import { disposeTree, leavesOf } from '../tree.ts';
import type { BatchPosition } from './batch.ts';
import type { FitEvent } from './events.ts';
import { fit, type FitResult } from './fit.ts';
import type { CheckpointOptions, FitOptions } from './options.ts';

interface HostBatch {
  readonly images: HostTensor<'float32'>;
  readonly labels: HostTensor<'int32'>;
}

const ROWS = 8;
const PER_EPOCH = 6;
const makeBatch = (key: string, rows = ROWS): HostBatch => {
  const { images, labels } = toyArrays(createRng(1).split(key), rows);
  return { images: hostTensor('float32', [rows, 6], images), labels: hostTensor('int32', [rows], labels) };
};
/** The batches of an epoch: the last has half the rows. */
const toyBatches = ({ epoch, start }: BatchPosition): HostBatch[] =>
  Array.from({ length: PER_EPOCH - start }, (_, i) => makeBatch(`${epoch}/${start + i}`, start + i === PER_EPOCH - 1 ? ROWS / 2 : ROWS));

const optimizer = adamW({ learningRate: cosine({ peak: 0.05, steps: 40, warmup: 2 }) });
const step = makeStep(classify, optimizer, { ema: 0.1 });
const start = (): TrainState => {
  const vars = initMlp(createRng(2));
  const state = createState(vars, optimizer, { ema: true });
  disposeTree(vars);
  return state;
};
/** Images with noise that is drawn on the host. */
const prepare = (batch: HostBatch, { rng }: { rng: Rng }): ToyBatch => ({
  images: toTf(hostTensor('float32', batch.images.shape, batch.images.data.map((value) => value + uniform(rng, -0.2, 0.2)))), labels: toTf(batch.labels),
});
const validation = [makeBatch('validation', 64)];
const predict = makePredict(forward);
const evaluate = async (state: TrainState): Promise<Record<string, number>> => ({ accuracy: (await predict(state.ema!, validation)).accuracy });

type Options = FitOptions<HostBatch, ToyBatch>;
const options = (): Options => ({ state: start(), step, batches: toyBatches, epochs: 3, rng: createRng(0), prepare, evaluate });
const flat = (tree: object): number[] => leavesOf(tree).flatMap(([, tensor]) => Array.from(tensor.dataSync()));
/** What has to be the same however often training was interrupted. */
const numbers = ({ state, best, history, stopped }: FitResult): object => ({
  state: flat(state), best: best && { ...best, state: flat(best.state) }, stopped, history: history.map((record) => ({ ...record, seconds: 0, imagesPerSecond: 0 })),
});

let folder: string;
beforeEach(async () => {
  await tf.setBackend('cpu');
  folder = mkdtempSync(join(tmpdir(), 'mixwell-train-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['cpu', 'onnxruntime'])('fit on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  it('trains, evaluates, and gives a record per epoch', async () => {
    const { state, history, best, stopped } = await fit(options());
    expect(history.map(({ epoch, step: steps }) => [epoch, steps])).toEqual([[0, 6], [1, 12], [2, 18]]);
    expect(history[2]!.train['loss']).toBeLessThan(0.8 * history[0]!.train['loss']!);
    expect(history[2]!.evaluation['accuracy']).toBeGreaterThan(0.8);
    expect(history[0]!.seconds).toBeGreaterThan(0);
    expect(history[0]!.imagesPerSecond).toBeCloseTo(44 / history[0]!.seconds, 6);
    expect([best, stopped]).toEqual([null, 'epochs']);
    expect(state.step.dataSync()[0]).toBe(18);
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
  });

  it('leaves its results only', async () => {
    await fit({ ...options(), monitor: { metric: 'accuracy', mode: 'max' } }).then(({ state, best }) => disposeTree([state, best!.state]));
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    const { state, best } = await fit({ ...options(), epochs: 170, monitor: { metric: 'accuracy', mode: 'max' } });
    disposeTree([state, best!.state]);
    expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
  });
});

describe('fit', () => {
  it('averages metrics over rows, not over batches', async () => {
    const seen: { rows: number; metrics: Readonly<Record<string, number>> }[] = [];
    const { history } = await fit({ ...options(), epochs: 1, on: (event) => { if (event.type === 'step') seen.push(event); } });
    const expected = seen.reduce((sum, { rows, metrics }) => sum + rows * metrics['loss']!, 0) / (5 * ROWS + ROWS / 2);
    expect(history[0]!.train['loss']).toBeCloseTo(expected, 12);
  });

  it('gives the same numbers for the same rng, and others for another', async () => {
    const [a, b, c] = [await fit(options()), await fit(options()), await fit({ ...options(), rng: createRng(1) })];
    expect(numbers(a)).toEqual(numbers(b));
    expect(flat(a.state)).not.toEqual(flat(c.state));
  });

  it('tells its listeners, in order, and waits for them', async () => {
    const events: FitEvent[] = [];
    const listener = async (event: FitEvent): Promise<void> => {
      await new Promise((resolve) => { setTimeout(resolve, 1); });
      events.push(event);
    };
    await fit({ ...options(), epochs: 2, on: [listener, () => {}] });
    const epoch = [...Array.from({ length: PER_EPOCH }, () => 'step'), 'epoch'];
    expect(events.map(({ type }) => type)).toEqual(['start', ...epoch, ...epoch, 'end']);
    expect(events[3]).toMatchObject({ type: 'step', epoch: 0, epochs: 2, batch: 3, batches: 6, step: 3, rows: 8 });
    expect(events.at(-1)).toEqual({ type: 'end', stopped: 'epochs', step: 12 });
  });

  it('takes iterables of unknown length, asynchronous ones, and makes tensors of plain batches', async () => {
    async function* generate(at: BatchPosition): AsyncGenerator<HostBatch> {
      for (const batch of toyBatches(at)) yield batch;
    }
    const lengths: unknown[] = [];
    const { prepare: _, ...rest } = options();
    const result = await fit({ ...rest, batches: generate, epochs: 2, on: (event) => { if (event.type === 'step' && event.batch === 1) lengths.push(event.batches); } });
    expect(lengths).toEqual([undefined, 6]);
    expect(result.history.length).toBe(2);
  });

  it('lets timers have their turn', async () => {
    let ticks = 0;
    const timer = setInterval(() => { ticks += 1; }, 5);
    await fit({ ...options(), epochs: 20 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it('keeps the best epoch, which no later step changes', async () => {
    const scores = [0.5, 0.9, 0.7, Number.NaN];
    const states: number[][] = [];
    const { best, history } = await fit({
      ...options(),
      epochs: 4,
      evaluate: (state, { epoch }) => {
        states.push(flat({ params: state.params, buffers: state.buffers, ema: state.ema! }));
        return { score: scores[epoch]! };
      },
      monitor: { metric: 'score', mode: 'max' },
    });
    expect(best).toMatchObject({ epoch: 1, value: 0.9 });
    expect(flat(best!.state)).toEqual(states[1]);
    expect(history.length).toBe(4);
  });

  it.each([[{ metric: 'score', mode: 'min', patience: 2 }, 5], [{ metric: 'score', mode: 'min', patience: 2, minDelta: 0.2 }, 3], [{ metric: 'loss', mode: 'max', patience: 1 }, 2]] as const)(
    'stops early with %o after %i epochs', async (monitor, epochs) => {
      const scores = [0.5, 0.6, 0.4, 0.4, 0.41, 0.1];
      const { stopped, history } = await fit({ ...options(), epochs: 6, monitor, evaluate: (_, { epoch }) => ({ score: scores[epoch]! }) });
      expect([stopped, history.length]).toEqual(['patience', epochs]);
    });

  it('stops at its signal', async () => {
    const controller = new AbortController();
    const result = await fit({ ...options(), signal: controller.signal, on: (event) => { if (event.type === 'step' && event.step === 8) controller.abort(); } });
    expect([result.stopped, result.state.step.dataSync()[0], result.history.length]).toEqual(['signal', 8, 1]);
  });

  it('names step and epoch where the loss is lost, and disposes what it holds', async () => {
    const objective: Objective<ToyBatch> = (vars, batch) => {
      const { loss } = classify(vars, batch, createRng(0));
      return { loss: tf.add(loss, tf.log(tf.sum(vars.buffers['count']!))), buffers: { ...vars.buffers, count: tf.sub(vars.buffers['count']!, 1) } };
    };
    const plain = sgd({ learningRate: 0.1 });
    const vars = initMlp(createRng(0));
    const state = createState({ ...vars, buffers: { ...vars.buffers, count: tf.scalar(9) } }, plain);
    const events: FitEvent[] = [];
    const training = fit({ ...options(), state, step: makeStep(objective, plain), evaluate: () => ({}), on: (event) => { events.push(event); } });
    await expect(training).rejects.toThrow('fit: loss must be finite, got -Infinity at step 9, batch 3 of epoch 1 (all counted from 0)');
    expect(leavesOf(state).every(([, tensor]) => tensor.isDisposed)).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'error' });
  });

  it('refuses bad options', async () => {
    await expect(fit({ ...options(), epochs: -1 })).rejects.toThrow('fit: epochs must be a whole number >= 1, got -1');
    await expect(fit({ ...options(), monitor: { metric: 'x', mode: 'min', patience: 0 } })).rejects.toThrow('fit: monitor.patience must be a whole number >= 1, got 0');
    await expect(fit({ ...options(), monitor: { metric: 'x', mode: 'least' as 'min' } })).rejects.toThrow("fit: monitor.mode must be 'min' or 'max', got 'least'");
    await expect(fit({ ...options(), monitor: { metric: 'x', mode: 'min' } })).rejects.toThrow("fit: monitor.metric must be one of accuracy, loss, learningRate, got 'x'");
    await expect(fit({ ...options(), checkpoint: { folder, every: 0 } })).rejects.toThrow('fit: checkpoint.every must be a whole number >= 1, got 0');
    await expect(fit({ ...options(), checkpoint: { folder, keep: 0 } })).rejects.toThrow('fit: checkpoint.keep must be a whole number >= 1, got 0');
    await expect(fit({ ...options(), batches: () => [] })).rejects.toThrow('fit: batches must give at least one batch, got none in epoch 0');
    await expect(fit({ ...options(), batches: () => [{} as HostBatch] })).rejects.toThrow();
  });
});

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

  it('are valid while a listener looks, and a snapshot outlives the step', async () => {
    let kept: object | undefined;
    let expected: number[] = [];
    await fit({ ...options(), on: (event, state) => {
      if (event.type !== 'epoch' || event.record.epoch !== 0) return;
      kept = snapshot({ params: state.params });
      expected = flat(kept);
    } });
    expect(flat(kept!)).toEqual(expected);
  });

  it('fail with the path where the folder cannot be written', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(fit({ ...options(), checkpoint: { folder: join(file, 'sub'), resume: true } })).rejects.toThrow(/ENOTDIR/);
  });
});
