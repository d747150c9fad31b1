import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FitEvent, Listener } from '../fit/events.ts';
import type { TrainState } from '../train-state.ts';
import { progress, type ProgressStream } from './progress.ts';

beforeEach(() => { vi.useFakeTimers({ toFake: ['performance'] }); });
afterEach(() => { vi.useRealTimers(); });

interface Fake extends ProgressStream { readonly written: string[] }
const fake = (isTTY: boolean, columns = 120): Fake => {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text) => written.push(text) };
};

const send = (listener: Listener, event: FitEvent): void => { void listener(event, {} as TrainState); };
const stepEvent = (batch: number, more: Partial<Extract<FitEvent, { type: 'step' }>> = {}): FitEvent => ({
  type: 'step', epoch: 1, epochs: 3, batch, batches: 50, step: 50 + batch, rows: 128, metrics: { loss: 1 }, running: { loss: 0.25, accuracy: 0.5, learningRate: 0.1 }, ...more,
});
const epochEvent: FitEvent = {
  type: 'epoch', epochs: 3, best: true,
  record: { epoch: 1, step: 100, train: { loss: 0.25, accuracy: 0.5 }, evaluation: { nll: 0.000123, testAccuracy: 0.985 }, seconds: 2.04, imagesPerSecond: 12345.6 },
};

/** Steps, each so many milliseconds after the one before. */
function steps(listener: Listener, count: number, ms: number): void {
  for (let batch = 1; batch <= count; batch++) {
    vi.advanceTimersByTime(ms);
    send(listener, stepEvent(batch));
  }
}

describe('progress on a terminal', () => {
  it('draws one line over and over with loss, accuracy, images per second and the time left', () => {
    const stream = fake(true);
    steps(progress(stream), 21, 100);
    expect(stream.written.at(-1)).toBe(`\repoch 2/3  ${'█'.repeat(8)}${'░'.repeat(12)}  42%  loss 0.2500  accuracy 50.00%  1,280 images/s  ETA 0:08\x1b[K`);
    expect(stream.written.join('')).not.toContain('\n');
  });

  it('draws at most ten times a second, and never beyond the width', () => {
    const stream = fake(true, 30);
    steps(progress(stream), 500, 2);
    expect(stream.written.length).toBe(10);
    expect(Math.max(...stream.written.map((text) => text.replace(/\r|\x1b\[K/g, '').length))).toBe(29); // oxlint-disable-line no-control-regex
  });

  it('leaves one line per epoch behind', () => {
    const stream = fake(true);
    const listener = progress(stream);
    steps(listener, 3, 100);
    send(listener, epochEvent);
    expect(stream.written.at(-1)).toBe('\repoch 2/3  loss 0.2500  accuracy 50.00%  | nll 1.2e-4  testAccuracy 98.50% (best) |  12,346 images/s  2.0 s\x1b[K\n');
  });

  it('does not count compilation and evaluation as time of steps', () => {
    const stream = fake(true);
    const listener = progress(stream);
    vi.advanceTimersByTime(60_000);
    steps(listener, 2, 100);
    vi.advanceTimersByTime(60_000);
    send(listener, epochEvent);
    steps(listener, 2, 100);
    expect(stream.written.at(-1)).toContain('1,280 images/s');
  });

  it('does without a number of batches, and says where it goes on, and what is damaged', () => {
    const stream = fake(true);
    const listener = progress(stream);
    send(listener, { type: 'damaged', path: 'b.damaged', reason: 'b: cut' });
    send(listener, { type: 'start', epochs: 3, epoch: 1, step: 50, resumedFrom: 'a' });
    send(listener, stepEvent(7, { batches: undefined }));
    send(listener, { type: 'error', message: 'x' });
    expect(stream.written).toEqual(['damaged checkpoint set aside: b: cut\n', 'goes on from a, epoch 2, step 50\n', '\repoch 2/3  batch 7  loss 0.2500  accuracy 50.00%\x1b[K', '\n']);
  });
});

describe('progress elsewhere', () => {
  const lines = (stream: Fake): unknown[] => stream.written.map((line) => JSON.parse(line) as unknown);

  it('writes lines of JSON: start, epochs, end, and now and then a step', () => {
    const stream = fake(false);
    const listener = progress(stream);
    send(listener, { type: 'start', epochs: 3, epoch: 1, step: 50 });
    steps(listener, 25, 1000);
    send(listener, { type: 'checkpoint', path: 'p', step: 75 });
    send(listener, epochEvent);
    send(listener, { type: 'end', stopped: 'epochs', step: 100 });
    expect(stream.written.every((line) => line.endsWith('\n'))).toBe(true);
    expect(lines(stream).map((line) => (line as FitEvent).type)).toEqual(['start', 'step', 'step', 'epoch', 'end']);
    expect(lines(stream)[1]).toEqual({
      type: 'step', epoch: 1, epochs: 3, batch: 10, batches: 50, step: 60, loss: 0.25, accuracy: 0.5, learningRate: 0.1, imagesPerSecond: expect.closeTo(128, 6), etaSeconds: expect.closeTo(90, 6),
    });
    expect(lines(stream)[3]).toMatchObject({ type: 'epoch', epoch: 1, train: { loss: 0.25 }, evaluation: { nll: 0.000123 }, best: true });
  });

  it('takes another interval, and refuses a bad one', () => {
    const stream = fake(false);
    steps(progress(stream, { interval: 2 }), 8, 1000);
    expect(stream.written.length).toBe(4);
    expect(() => progress(stream, { interval: Number.NaN })).toThrow('progress: interval must be >= 0 and finite, got NaN');
  });
});

describe('the format of numbers', () => {
  it('is short', async () => {
    const { count, duration, number } = await import('./format.ts');
    expect([0, 0.5, 9.87654, 12.345, -1234.5, 1e-5, 0.001].map(number)).toEqual(['0.0000', '0.5000', '9.8765', '12.35', '-1234.50', '1.0e-5', '0.0010']);
    expect([0, 999, 1000, 1234567.8].map(count)).toEqual(['0', '999', '1,000', '1,234,568']);
    expect([0, 0.2, 59, 60, 3599, 3661].map(duration)).toEqual(['0:00', '0:01', '0:59', '1:00', '59:59', '1:01:01']);
  });
});
