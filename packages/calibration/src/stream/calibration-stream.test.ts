import { createRng, hostTensor, integer } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { classwiseEce, expectedCalibrationError, maximumCalibrationError } from '../binned/expected-calibration-error.ts';
import { overUnderConfidence } from '../binned/over-under-confidence.ts';
import { ksError } from '../bin-free/ks-error.ts';
import { drawnPredictions } from '../fixtures.ts';
import { softmax } from '../inputs/softmax.ts';
import { reliabilityDiagram } from '../reliability/reliability-diagram.ts';
import { brierScore } from '../scores/brier-score.ts';
import { negativeLogLikelihood } from '../scores/negative-log-likelihood.ts';
import { addToCalibration, calibrationStream, mergeCalibration, streamedCalibration, streamedDiagram } from './calibration-stream.ts';

const [n, classes] = [20_011, 7];
const { logits, labels } = drawnPredictions(6, n, classes, 1.7);
const rowsFrom = (start: number, end: number) => hostTensor('float64', [end - start, classes], logits.data.subarray(start * classes, end * classes));

/** Cut points 0 = c₀ < c₁ < … = n. */
function cuts(seed: number): number[] {
  const rng = createRng(seed);
  return [0, ...Array.from({ length: 6 }, () => integer(rng, 1, n)).sort((a, b) => a - b), n];
}

describe('a stream', () => {
  it.each([15, 1, 4])('of %d bins gives what the metrics give of all rows at once, whatever the chunks', (bins) => {
    for (const rule of ['right', 'left'] as const) {
      const stream = calibrationStream({ classes, bins, rule });
      const at = cuts(bins);
      for (let i = 0; i + 1 < at.length; i++) if (at[i]! < at[i + 1]!) addToCalibration(stream, { logits: rowsFrom(at[i]!, at[i + 1]!) }, labels.subarray(at[i], at[i + 1]));
      const got = streamedCalibration(stream);
      const { over, under, signed } = overUnderConfidence({ logits }, labels, { bins, rule });
      const { value, perClass } = classwiseEce({ logits }, labels, { bins, rule });
      const wanted = {
        nll: negativeLogLikelihood({ logits }, labels),
        brier: brierScore({ logits }, labels),
        ece: expectedCalibrationError({ logits }, labels, { bins, rule }).value,
        rmsCe: expectedCalibrationError({ logits }, labels, { bins, rule, norm: 'l2' }).value,
        averageCe: expectedCalibrationError({ logits }, labels, { bins, rule, norm: 'average' }).value,
        mce: maximumCalibrationError({ logits }, labels, { bins, rule }).value,
        overconfidence: over,
        underconfidence: under,
        signedCe: signed,
        classwiseEce: value,
      } as const;
      for (const [key, number] of Object.entries(wanted)) expect(got[key as keyof typeof wanted], key).toBeCloseTo(number, 12);
      for (const [k, number] of perClass.entries()) expect(got.classwiseEcePerClass[k]).toBeCloseTo(number, 12);
      expect(got).toMatchObject({ n, classes, clipped: 0, settings: { bins, rule, binning: 'width', mode: 'top-label' } });
      expect(streamedDiagram(stream).bins.map(({ count }) => count)).toEqual(reliabilityDiagram({ logits }, labels, { bins, rule }).bins.map(({ count }) => count));
    }
  });

  it('agrees with a loop over classes and bins', () => {
    const stream = calibrationStream({ classes, bins: 10 });
    const probabilities = softmax(logits);
    addToCalibration(stream, { probabilities }, labels);
    for (let k = 0; k < classes; k++) {
      let total = 0;
      for (let b = 0; b < 10; b++) {
        let gap = 0;
        for (let i = 0; i < n; i++) {
          const p = probabilities.data[i * classes + k]!;
          if ((p > b / 10 || b === 0) && p <= (b + 1) / 10) gap += p - (labels[i] === k ? 1 : 0);
        }
        total += Math.abs(gap) / n;
      }
      expect(streamedCalibration(stream).classwiseEcePerClass[k]).toBeCloseTo(total, 12);
    }
  });

  it('adds up across workers', () => {
    const [whole, left, right] = [calibrationStream({ classes }), calibrationStream({ classes }), calibrationStream({ classes })];
    addToCalibration(whole, { logits }, labels);
    addToCalibration(left, { logits: rowsFrom(0, 5000) }, labels.subarray(0, 5000));
    addToCalibration(right, { logits: rowsFrom(5000, n) }, labels.subarray(5000));
    mergeCalibration(left, structuredClone(right));
    const [a, b] = [streamedCalibration(left), streamedCalibration(whole)];
    for (const key of ['n', 'accuracy', 'nll', 'brier', 'ece', 'classwiseEce'] as const) expect(a[key], key).toBeCloseTo(b[key], 13);
  });

  it('hands back confidences for the metrics that need them in order', () => {
    const stream = calibrationStream({ classes });
    const parts = [addToCalibration(stream, { logits: rowsFrom(0, 9000) }, labels.subarray(0, 9000)), addToCalibration(stream, { logits: rowsFrom(9000, n) }, labels.subarray(9000))];
    const confidence = Float64Array.from(parts.flatMap((part) => [...part.confidence]));
    const outcome = Int32Array.from(parts.flatMap((part) => [...part.outcome]));
    expect(ksError({ confidence }, outcome).value).toBe(ksError({ logits }, labels).value);
  });

  it('is as it was after a bad chunk', () => {
    const stream = calibrationStream({ classes: 2 });
    addToCalibration(stream, { logits: [[1, 0]] }, [0]);
    const before = structuredClone(stream);
    expect(() => addToCalibration(stream, { logits: [[1, 0], [NaN, 0]] }, [0, 0])).toThrow(new RangeError('addToCalibration: logits: row 1, class 0 must be finite, got NaN'));
    expect(() => addToCalibration(stream, { probabilities: [[1, 0], [0.5, 0.4]] }, [0, 0])).toThrow(/probabilities: row 1 must sum to 1, got 0\.9/);
    expect(() => addToCalibration(stream, { logits: [[1, 0]] }, [2])).toThrow(new RangeError('addToCalibration: labels: row 0 must be a whole number in [0, 2), got 2'));
    expect(() => addToCalibration(stream, { logits: [[1, 0, 0]] }, [2])).toThrow("addToCalibration: predictions must have the stream's 2 classes, got 3");
    expect(stream).toEqual(before);
  });

  it('counts probabilities that the NLL had to raise', () => {
    const stream = calibrationStream({ classes: 2 });
    addToCalibration(stream, { probabilities: [[1, 0], [0, 1], [0.5, 0.5]] }, [1, 1, 0]);
    expect(streamedCalibration(stream).clipped).toBe(1);
  });

  it('refuses what it cannot do', () => {
    expect(() => calibrationStream({ classes: 0 })).toThrow(new RangeError('calibrationStream: classes must be a whole number >= 1, got 0'));
    expect(() => calibrationStream({ classes: 2, bins: 0.5 })).toThrow(new RangeError('calibrationStream: bins must be a whole number >= 1, got 0.5'));
    expect(() => streamedCalibration(calibrationStream({ classes: 2 }))).toThrow(new RangeError('streamedCalibration: no samples yet'));
    expect(() => mergeCalibration(calibrationStream({ classes: 2 }), calibrationStream({ classes: 2, bins: 3 }))).toThrow('mergeCalibration: bins must be the same in both streams, got 15 and 3');
  });
});
