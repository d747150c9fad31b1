import { createRng, hostTensor, uniform } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPlan, type Box, type BoxPlan, mixLabels, snapmix, snapmixPlan } from '../index.ts';

/** Maps that count columns: 0, 1, 2, … in each line. */
const ramps = (rows: number, height: number, width: number) => hostTensor('float32', [rows, height, width], Float32Array.from({ length: rows * height * width }, (_, i) => i % width));

const box: Box = [0, 0, 2, 2];
const crop: Box = [1, 1, 4, 4];

describe('snapmixPlan', () => {
  const batch = { rows: 2, height: 4, width: 4, saliency: ramps(2, 4, 4), labels: [0, 1] };
  const choice = { partner: [1, 0], boxes: [box], crops: [crop] };

  it('counts what is left of one map, and what is taken of the other', () => {
    const { labelWeights } = snapmixPlan(batch, choice);
    expect(labelWeights[0]).toBeCloseTo(1 - 2 / 24, 7); // columns 0 and 1 in two of four lines
    expect(labelWeights[1]).toBeCloseTo(18 / 24, 7); // columns 1 to 3 in three lines
  });

  it('resizes so that corners fall on corners', () => {
    const images = hostTensor('float32', [2, 4, 4, 1], Float32Array.from({ length: 32 }, (_, i) => i));
    const { data } = applyPlan(snapmixPlan(batch, choice), images);
    expect([0, 1, 4, 5].map((pixel) => data[pixel])).toEqual([5, 7, 13, 15].map((pixel) => 16 + pixel));
    expect(data[2]).toBe(2);
  });

  it('gives a pair of one label the sum once; the reference gives it twice', () => {
    const same = { ...batch, labels: [1, 1] };
    const { labelWeights: [own, other] } = snapmixPlan(batch, choice);
    const sum = own! + other!;
    const once = snapmixPlan(same, choice);
    expect(once.labelWeights[0]).toBeCloseTo(sum, 6);
    expect(once.labelWeights[1]).toBe(0);
    expect(mixLabels(once, same.labels, 2).data[1]).toBeCloseTo(sum, 6);
    expect(mixLabels(snapmixPlan(same, { ...choice, sameLabel: 'reference' }), same.labels, 2).data[1]).toBeCloseTo(2 * sum, 6);
  });

  it.each<[string, Box, Box]>([['box', [1, 1, 1, 3], crop], ['crop', box, [2, 2, 3, 2]]])('mixes nothing where the %s is empty', (_, shown, taken) => {
    const plan = snapmixPlan({ ...batch, labels: [1, 1] }, { ...choice, boxes: [shown], crops: [taken], sameLabel: 'reference' });
    expect(plan.labelWeights).toEqual(Float32Array.of(1, 0, 1, 0));
    expect(plan.boxes).toEqual(new Int32Array(4));
  });

  it('counts pixels where a map is zero', () => {
    const zero = hostTensor('float32', [2, 4, 4], new Float32Array(32));
    expect(snapmixPlan({ ...batch, saliency: zero }, choice).labelWeights).toEqual(Float32Array.of(12 / 16, 9 / 16, 12 / 16, 9 / 16));
  });

  it('does not care how large the values of a map are', () => {
    const rng = createRng(4);
    const values = Float32Array.from({ length: 32 }, () => uniform(rng));
    fc.assert(fc.property(fc.constantFrom(1e-20, 0.3, 1e20), (scale) => {
      const weights = (data: Float32Array): Float32Array => snapmixPlan({ ...batch, saliency: hostTensor('float32', [2, 4, 4], data) }, choice).labelWeights;
      const wanted = weights(values);
      weights(values.map((value) => value * scale)).forEach((weight, i) => expect(weight).toBeCloseTo(wanted[i]!, 6));
    }), { seed: 1 });
  });

  it('refuses what does not fit', () => {
    expect(() => snapmixPlan(batch, { ...choice, crops: [] })).toThrow(new RangeError('snapmixPlan: crops must be as many as boxes, 1, got 0'));
    expect(() => snapmixPlan(batch, { ...choice, crops: [[0, 0, 5, 1]] })).toThrow('snapmixPlan: boxes must be [row0, column0, row1, column1] within 4 × 4, got [0, 0, 5, 1]');
    expect(() => snapmixPlan(batch, { ...choice, boxes: [[3, 0, 1, 1]] })).toThrow('snapmixPlan: boxes must be [row0, column0, row1, column1] within 4 × 4, got [3, 0, 1, 1]');
    expect(() => snapmixPlan(batch, { ...choice, sameLabel: 'twice' as 'once' })).toThrow("snapmixPlan: sameLabel must be 'once' or 'reference', got 'twice'");
    expect(() => snapmixPlan({ ...batch, labels: [0] }, choice)).toThrow('snapmixPlan: labels must have shape [2], got [1]');
  });
});

describe('snapmix', () => {
  it('draws both boxes independently: means and correlation of their areas over 10⁵ draws', () => {
    const rng = createRng(9);
    const batch = { rows: 1000, height: 8, width: 8, saliency: ramps(1000, 8, 8), labels: new Int32Array(1000) };
    const policy = snapmix({ per: 'sample' });
    let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 100; i++) {
      const { boxes, crops } = policy(rng, batch) as BoxPlan & { crops: Int32Array };
      for (let row = 0; row < 1000; row++) {
        const area = (all: Int32Array): number => (all[4 * row + 2]! - all[4 * row]!) * (all[4 * row + 3]! - all[4 * row + 1]!);
        const [a, b] = [area(boxes), area(crops)];
        if (a === 0) continue;
        [n, x, y, xx, yy, xy] = [n + 1, x + a, y + b, xx + a * a, yy + b * b, xy + a * b];
      }
    }
    const [mean, other] = [x / n, y / n];
    expect(Math.abs(mean / other - 1)).toBeLessThan(0.015);
    const correlation = (xy / n - mean * other) / Math.sqrt((xx / n - mean ** 2) * (yy / n - other ** 2));
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(n));
  });

  it('shares boxes as asked', () => {
    const batch = { rows: 4, height: 8, width: 8, saliency: ramps(4, 8, 8), labels: [0, 1, 2, 3] };
    const plan = snapmix({ per: 'pair', partner: 'reverse' })(createRng(1), batch) as BoxPlan;
    expect(plan.boxes.subarray(0, 4)).toEqual(plan.boxes.subarray(12, 16));
    expect((snapmix()(createRng(1), batch) as BoxPlan).boxes).toHaveLength(4);
    expect(snapmix().needs).toEqual(['labels', 'saliency']);
  });
});
