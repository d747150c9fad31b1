// oxlint-disable import/no-unassigned-import -- back ends register themselves
import '@mixwell/tfjs-onnx';
import { createRng } from '@mixwell/tensor';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { classify, initMlp, type ToyBatch } from '../fixtures/toy.ts';
import { flat, type HostBatch, numbers, options, PER_EPOCH, ROWS, toyBatches } from '../fixtures/toy-fit.ts';
import { makeStep, type Objective } from '../make-step.ts';
import { sgd } from '../sgd.ts';
import { createState, snapshot } from '../train-state.ts';
import { disposeTree, leavesOf } from '../tree.ts';
import type { BatchPosition } from './batch.ts';
import type { FitEvent } from './events.ts';
import { fit } from './fit.ts';

beforeEach(() => tf.setBackend(plainBackEnd));

describe.each(plainAnd('onnxruntime'))('fit on %s', (backend) => {
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

  it('shows a valid state to listeners, and a snapshot of it outlives the step', async () => {
    let kept: object | undefined;
    let expected: number[] = [];
    await fit({ ...options(), on: (event, state) => {
      if (event.type !== 'epoch' || event.record.epoch !== 0) return;
      kept = snapshot({ params: state.params });
      expected = flat(kept);
    } });
    expect(flat(kept!)).toEqual(expected);
  });

  it('refuses bad options', async () => {
    await expect(fit({ ...options(), epochs: -1 })).rejects.toThrow('fit: epochs must be a whole number >= 1, got -1');
    await expect(fit({ ...options(), monitor: { metric: 'x', mode: 'min', patience: 0 } })).rejects.toThrow('fit: monitor.patience must be a whole number >= 1, got 0');
    await expect(fit({ ...options(), monitor: { metric: 'x', mode: 'least' as 'min' } })).rejects.toThrow("fit: monitor.mode must be 'min' or 'max', got 'least'");
    await expect(fit({ ...options(), monitor: { metric: 'x', mode: 'min' } })).rejects.toThrow("fit: monitor.metric must be one of accuracy, loss, learningRate, got 'x'");
    const folder = 'nowhere';
    await expect(fit({ ...options(), checkpoint: { folder, every: 0 } })).rejects.toThrow('fit: checkpoint.every must be a whole number >= 1, got 0');
    await expect(fit({ ...options(), checkpoint: { folder, keep: 0 } })).rejects.toThrow('fit: checkpoint.keep must be a whole number >= 1, got 0');
    await expect(fit({ ...options(), batches: () => [] })).rejects.toThrow('fit: batches must give at least one batch, got none in epoch 0');
    await expect(fit({ ...options(), batches: () => [{} as HostBatch] })).rejects.toThrow();
  });
});
