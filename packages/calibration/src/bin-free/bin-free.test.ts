import { createRng, integer, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { overUnderConfidence } from '../binned/over-under-confidence.ts';
import { drawnPredictions, matrixOf, rowsOf, vectorOf } from '../fixtures.ts';
import { softmax } from '../inputs/softmax.ts';
import { ksError } from './ks-error.ts';
import { logitSmoothedEce } from './logit-smoothed-ece.ts';
import { mmce } from './mmce.ts';
import { skce } from './skce.ts';
import { skceTest } from './skce-test.ts';
import { smoothEce } from './smooth-ece.ts';

/** Confidences with ties, and outcomes that happen with probability confidence^power: calibrated where the power is 1. */
function drawnEvents(seed: number, n: number, power = 1): { confidence: Float64Array; outcome: Int32Array } {
  const rng = createRng(seed);
  const confidence = Float64Array.from({ length: n }, () => Math.round(50 * uniform(rng)) / 50);
  return { confidence, outcome: Int32Array.from(confidence, (c) => (uniform(rng) < c ** power ? 1 : 0)) };
}

const gaussian = (x: number, s: number): number => Math.exp(-((x / s) ** 2) / 2) / (s * Math.sqrt(2 * Math.PI));

describe('ksError', () => {
  it('is the largest gap of the cumulative sums, read between ties only', () => {
    const { confidence, outcome } = drawnEvents(1, 300, 2);
    const cuts = [...new Set(confidence)];
    const wanted = Math.max(...cuts.map((cut) => Math.abs([...confidence].reduce((sum, c, i) => sum + (c <= cut ? c - outcome[i]! : 0), 0) / 300)));
    expect(ksError({ confidence }, outcome).value).toBeCloseTo(wanted, 13);
  });

  it('is at least |mean confidence - accuracy|', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { confidence, outcome } = drawnEvents(seed, 50, 0.5 + seed / 10);
      expect(ksError({ confidence }, outcome).value).toBeGreaterThanOrEqual(Math.abs(overUnderConfidence({ confidence }, outcome).signed) - 1e-13);
    }
  });
});

describe('smoothEce', () => {
  it('at a width is the integral of the reflected Gaussian sums', () => {
    const { confidence, outcome } = drawnEvents(2, 60, 2);
    for (const width of [0.01, 0.07, 0.4, 1]) {
      let total = 0;
      for (let i = 0; i < 2000; i++) {
        const t = (i + 0.5) / 2000;
        let r = 0;
        for (const [n, c] of confidence.entries()) for (let m = -4; m <= 4; m++) r += (outcome[n]! - c) * (gaussian(t - c + 2 * m, width) + gaussian(t + c + 2 * m, width));
        total += Math.abs(r / 60) / 2000;
      }
      // the integrand has kinks where it changes its sign
      expect(smoothEce({ confidence }, outcome, { width }).value).toBeCloseTo(total, 5);
    }
  });

  it('is the width that the error has at that width, and errors fall with the width', () => {
    const { confidence, outcome } = drawnEvents(3, 500, 2);
    const { value, width } = smoothEce({ confidence }, outcome);
    expect(width).toBe(value);
    expect(smoothEce({ confidence }, outcome, { width }).value).toBeCloseTo(value, 8);
    const falling = [0.001, 0.01, 0.1, 0.5, 1].map((w) => smoothEce({ confidence }, outcome, { width: w }).value);
    for (let i = 1; i < falling.length; i++) expect(falling[i]).toBeLessThanOrEqual(falling[i - 1]! + 1e-9);
  });

  it('is the same on the grid of many samples, to what the grid resolves', () => {
    const { confidence, outcome } = drawnEvents(4, 8000, 1.5);
    const rng = createRng(1);
    const spread = confidence.map((c) => Math.min(1, Math.max(0, c + 0.02 * (uniform(rng) - 0.5))));
    const twice = { confidence: Float64Array.of(...spread, ...spread), outcome: Int32Array.of(...outcome, ...outcome) };
    expect(smoothEce({ confidence: twice.confidence }, twice.outcome).value).toBeCloseTo(smoothEce({ confidence: spread }, outcome).value, 6);
  });

  it('tells calibrated from miscalibrated', () => {
    const [good, bad] = [drawnEvents(5, 20_000), drawnEvents(5, 20_000, 2)];
    expect(smoothEce({ confidence: good.confidence }, good.outcome).value).toBeLessThan(0.02);
    expect(smoothEce({ confidence: bad.confidence }, bad.outcome).value).toBeGreaterThan(0.1);
  });
});

describe('logitSmoothedEce', () => {
  it('tells calibrated from miscalibrated, and repeats with the seed', () => {
    const [good, bad] = [drawnEvents(6, 3000), drawnEvents(6, 3000, 3)];
    const of = ({ confidence, outcome }: typeof good) => logitSmoothedEce({ confidence }, outcome, { rng: createRng(2), draws: 200 }).value;
    expect(of(good)).toBeLessThan(0.06);
    expect(of(bad)).toBeGreaterThan(0.15);
    expect(of(bad)).toBe(of(bad));
  });

  it('is |outcome - sigmoid(t)| for one sample', () => {
    const { value } = logitSmoothedEce({ confidence: vectorOf([0.5]) }, [1], { rng: createRng(0), draws: 4000, sigma: 1e-6 });
    expect(value).toBeCloseTo(0.5, 5);
  });
});

describe('mmce', () => {
  it('is the double sum of its definition', () => {
    const { confidence, outcome } = drawnEvents(7, 80, 2);
    let [all, diagonal] = [0, 0];
    for (let i = 0; i < 80; i++) {
      for (let j = 0; j < 80; j++) all += (outcome[i]! - confidence[i]!) * (outcome[j]! - confidence[j]!) * Math.exp(-Math.abs(confidence[i]! - confidence[j]!) / 0.4);
      diagonal += (outcome[i]! - confidence[i]!) ** 2;
    }
    const { value, squared, unbiasedSquared } = mmce({ confidence }, outcome);
    expect(squared).toBeCloseTo(all / 6400, 14);
    expect(value).toBeCloseTo(Math.sqrt(all / 6400), 14);
    expect(unbiasedSquared).toBeCloseTo((all - diagonal) / (80 * 79), 14);
  });

  it('is unbiased where it says so: 0 on average for calibrated events', () => {
    let sum = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { confidence, outcome } = drawnEvents(seed, 30);
      sum += mmce({ confidence }, outcome).unbiasedSquared / 400;
    }
    expect(Math.abs(sum)).toBeLessThan(0.001);
  });
});

describe('skce', () => {
  it('is the double sum of its definition, by both distances', () => {
    const { logits, labels } = drawnPredictions(8, 40, 3, 2);
    const p = rowsOf(softmax(logits));
    for (const distance of ['l2', 'tv'] as const) {
      const far = (a: readonly number[], b: readonly number[]): number =>
        (distance === 'l2' ? Math.sqrt(a.reduce((s, x, k) => s + (x - b[k]!) ** 2, 0)) : a.reduce((s, x, k) => s + Math.abs(x - b[k]!), 0) / 2);
      let all = 0;
      for (let i = 0; i < 40; i++) {
        for (let j = 0; j < 40; j++) {
          const inner = [0, 1, 2].reduce((s, k) => s + ((labels[i] === k ? 1 : 0) - p[i]![k]!) * ((labels[j] === k ? 1 : 0) - p[j]![k]!), 0);
          all += inner * Math.exp(-far(p[i]!, p[j]!) / 0.3);
        }
      }
      expect(skce({ logits }, labels, { estimator: 'biased', bandwidth: 0.3, distance }).value).toBeCloseTo(all / 1600, 13);
    }
  });

  it('has estimators that agree within their error', () => {
    const { logits, labels } = drawnPredictions(9, 1000, 3, 4);
    const [unbiased, biased, block] = (['unbiased', 'biased', 'block'] as const).map((estimator) => skce({ logits }, labels, { estimator }).value);
    expect(biased).toBeGreaterThan(unbiased!);
    expect(Math.abs(biased! - unbiased!)).toBeLessThan(0.002);
    expect(Math.abs(block! - unbiased!)).toBeLessThan(0.03);
    expect(unbiased).toBeGreaterThan(0.005);
  });

  it('has no bandwidth where predictions are equal, unless it is given one; one class is calibrated', () => {
    const same = { probabilities: matrixOf([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]) };
    expect(() => skce(same, [0, 1, 1])).toThrow(new RangeError('skce: bandwidth must be given where half of the predictions are equal (their median distance is 0)'));
    expect(skce(same, [0, 1, 1], { bandwidth: 1 }).value).toBeCloseTo((0.5 - 0.5 - 0.5) / 3, 14);
    expect(skce({ probabilities: matrixOf([[1], [1]]) }, [0, 0]).value).toBe(0);
  });
});

describe('skceTest', () => {
  it.each([['unbiased', 60, 0.8], ['block', 200, 0.35]] as const)('by %s of %d rows rejects calibrated predictions as often as it should, and others more often than %d', (estimator, rows, power) => {
    const shareBelow = (temperature: number, level: number): number => {
      let below = 0;
      for (let seed = 0; seed < 100; seed++) {
        const { logits, labels } = drawnPredictions(seed, rows, 3, temperature);
        if (skceTest({ logits }, labels, { rng: createRng(seed), replicates: 100, estimator }).pValue <= level) below++;
      }
      return below / 100;
    };
    // of 100 draws with p = 0.2, between 7 and 33 with all but 1e-3
    expect(Math.abs(shareBelow(1, 0.2) - 0.2)).toBeLessThan(0.13);
    expect(shareBelow(6, 0.2)).toBeGreaterThan(power);
  });

  it('is the bootstrap of its definition', () => {
    const { logits, labels } = drawnPredictions(3, 12, 3, 2);
    const rows = rowsOf(softmax(logits));
    const h = rows.map((p, i) => rows.map((q, j) => {
      const inner = [0, 1, 2].reduce((s, k) => s + ((labels[i] === k ? 1 : 0) - p[k]!) * ((labels[j] === k ? 1 : 0) - q[k]!), 0);
      return inner * Math.exp(-Math.hypot(...p.map((x, k) => x - q[k]!)) / 0.4);
    }));
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const means = h.map(mean);
    const centred = h.map((row, i) => row.map((x, j) => x - means[i]! - means[j]! + mean(means)));
    const rng = createRng(5);
    let larger = 0;
    const { value } = skce({ logits }, labels, { bandwidth: 0.4 });
    for (let r = 0; r < 300; r++) {
      const picked = rows.map(() => integer(rng, 0, 12));
      let total = 0;
      for (let a = 0; a < 12; a++) for (let b = 0; b < 12; b++) if (a !== b) total += centred[picked[a]!]![picked[b]!]!;
      if (total / 132 >= value) larger++;
    }
    const told: number[] = [];
    const found = skceTest({ logits }, labels, { rng: createRng(5), replicates: 300, bandwidth: 0.4, onProgress: (share) => told.push(share) });
    expect(found).toMatchObject({ value, n: 12, estimator: 'unbiased', replicates: 300, pValue: (larger + 1) / 301 });
    expect([told.length, told.at(-1)]).toEqual([300, 1]);
  });
});

describe('bad input', () => {
  const one = { confidence: vectorOf([0.5, 0.6]) };
  it.each([
    ['a width of 0', () => smoothEce(one, [0, 1], { width: 0 }), 'smoothEce: width must be in [0.001, 1], got 0'],
    ['a width of 0', () => mmce(one, [0, 1], { width: 0 }), 'mmce: width must be > 0, got 0'],
    ['a NaN', () => ksError({ confidence: vectorOf([0.5, NaN]) }, [0, 1]), 'ksError: confidence: row 1 must be in [0, 1], got NaN'],
    ['a sigma below 0', () => logitSmoothedEce(one, [0, 1], { rng: createRng(0), sigma: -1 }), 'logitSmoothedEce: sigma must be > 0, got -1'],
    ['no draws', () => logitSmoothedEce(one, [0, 1], { rng: createRng(0), draws: 0 }), 'logitSmoothedEce: draws must be a whole number >= 1, got 0'],
    ['a bandwidth of 0', () => skce({ logits: [[0, 1], [1, 0]] }, [0, 1], { bandwidth: 0 }), 'skce: bandwidth must be > 0, got 0'],
    ['a test by the biased estimator', () => skceTest({ logits: [[0, 1], [1, 0]] }, [0, 1], { rng: createRng(0), estimator: 'biased' as 'block' }), 'skceTest: estimator must be unbiased or block, got biased'],
    ['a test of too few rows', () => skceTest({ logits: [[0, 1], [1, 0]] }, [0, 1], { rng: createRng(0), estimator: 'block' }), 'skceTest: estimator block needs 4 rows, got 2'],
    ['a test without replicates', () => skceTest({ logits: [[0, 1], [1, 0]] }, [0, 1], { rng: createRng(0), replicates: 0 }), 'skceTest: replicates must be a whole number >= 1, got 0'],
    ['one row', () => skce({ logits: [[0, 1]] }, [0]), 'skce: estimator unbiased needs 2 rows, got 1'],
    ['mode binary of three classes', () => ksError({ logits: [[0, 1, 2]] }, [0], { mode: 'binary' }), 'ksError: mode binary needs two classes, got 3'],
  ])('%s is named', (_, act, message) => {
    expect(act).toThrow(new RangeError(message));
  });
});
