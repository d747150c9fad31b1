import { createRng, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { expectedCalibrationError } from '../binned/expected-calibration-error.ts';
import { drawnPredictions } from '../fixtures.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import { negativeLogLikelihood } from '../scores/negative-log-likelihood.ts';
import { bootstrap } from './bootstrap.ts';
import { consistencyBars } from './consistency-bars.ts';
import { quantile } from './quantile.ts';

const nll = (predictions: Predictions, labels: ArrayInput): number => negativeLogLikelihood(predictions, labels);
const hits = (_: EventPredictions, labels: ArrayInput): number => (labels as Int32Array).reduce((a, b) => a + b, 0) / (labels as Int32Array).length;

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile(Float64Array.of(1, 2, 3, 5), share))).toEqual([1, 1.75, 2.5, expect.closeTo(4.4, 12), 5]);
  });
});

describe('bootstrap', () => {
  it('of a mean has the standard error and the interval of a mean', () => {
    const rng = createRng(3);
    const outcome = Int32Array.from({ length: 400 }, () => (uniform(rng) < 0.3 ? 1 : 0));
    const { value, standardError, percentile: [low, high], basic } = bootstrap(hits, { confidence: new Float64Array(400) }, outcome, { rng, replicates: 4000, level: 0.9 });
    const wanted = Math.sqrt((value * (1 - value)) / 400);
    expect(standardError / wanted).toBeCloseTo(1, 1);
    expect((high - low) / (2 * 1.645 * wanted)).toBeCloseTo(1, 0.9);
    expect(basic).toEqual([2 * value - high, 2 * value - low]);
  });

  it('holds the true NLL as often as it says', () => {
    let inside = 0;
    const truth = nll(drawnPredictions(999, 60_000, 3, 1), drawnPredictions(999, 60_000, 3, 1).labels);
    for (let seed = 0; seed < 100; seed++) {
      const drawn = drawnPredictions(seed, 120, 3, 1);
      const { percentile: [low, high] } = bootstrap(nll, drawn, drawn.labels, { rng: createRng(seed), replicates: 200 });
      if (low <= truth && truth <= high) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(88);
  });

  it('repeats with the seed, keeps the form of the predictions, and leaves the data alone', () => {
    const drawn = drawnPredictions(1, 50, 3);
    const before = drawn.logits.data.slice();
    const forms: string[] = [];
    const metric = (predictions: Predictions, labels: ArrayInput): number => {
      forms.push(Object.keys(predictions)[0]!);
      return expectedCalibrationError(predictions, labels).value;
    };
    const once = bootstrap(metric, { logits: drawn.logits }, drawn.labels, { rng: createRng(4), replicates: 20 });
    expect(bootstrap(metric, { logits: drawn.logits }, drawn.labels, { rng: createRng(4), replicates: 20 })).toEqual(once);
    expect(new Set(forms)).toEqual(new Set(['logits']));
    expect(drawn.logits.data).toEqual(before);
    expect(once).toMatchObject({ n: 50, replicates: 20, level: 0.95, value: expectedCalibrationError({ logits: drawn.logits }, drawn.labels).value });
  });

  it('refuses what is no interval', () => {
    const drawn = drawnPredictions(1, 5, 3);
    expect(() => bootstrap(nll, drawn, drawn.labels, { rng: createRng(0), replicates: 0 })).toThrow(new RangeError('bootstrap: replicates must be a whole number >= 1, got 0'));
    expect(() => bootstrap(nll, drawn, drawn.labels, { rng: createRng(0), level: 1 })).toThrow(new RangeError('bootstrap: level must be in (0, 1), got 1'));
    expect(() => bootstrap(nll, drawn, [0, 1], { rng: createRng(0) })).toThrow('bootstrap: labels: expected one for each of 5 rows, got 2');
  });
});

describe('consistencyBars', () => {
  it('are the binomial quantiles of a calibrated bin, whatever happened', () => {
    const confidence = new Float64Array(1000).fill(0.3);
    const { low, high } = consistencyBars({ confidence }, new Int32Array(1000), { bins: 2, rng: createRng(2), replicates: 4000 });
    const half = 1.96 * Math.sqrt(0.21 / 1000);
    expect(low[0]).toBeCloseTo(0.3 - half, 2);
    expect(high[0]).toBeCloseTo(0.3 + half, 2);
    expect([low[1], high[1]]).toEqual([0, 1]);
  });

  it('refuses what is no interval', () => {
    expect(() => consistencyBars({ confidence: [0.5] }, [0], { rng: createRng(0), level: 0 })).toThrow(new RangeError('consistencyBars: level must be in (0, 1), got 0'));
    expect(() => consistencyBars({ confidence: [0.5] }, [0], { rng: createRng(0), replicates: 1.5 })).toThrow(new RangeError('consistencyBars: replicates must be a whole number >= 1, got 1.5'));
  });
});
