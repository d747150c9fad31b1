import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnPredictions, vectorOf } from '../fixtures.ts';
import { reliabilityDiagram } from './reliability-diagram.ts';
import { reliabilitySpec } from './reliability-spec.ts';
import { consistencyBars } from '../intervals/consistency-bars.ts';
import { wilsonInterval } from '../intervals/wilson-interval.ts';

describe('reliabilityDiagram', () => {
  it('gives per bin what falls into it, with settings', () => {
    const data = reliabilityDiagram({ confidence: vectorOf([0.1, 0.6, 0.7, 1]) }, [0, 0, 1, 1], { bins: 2 });
    expect(data).toMatchObject({ n: 4, settings: { bins: 2, rule: 'right', binning: 'width' }, accuracy: 0.5, confidence: expect.closeTo(0.6, 12) as number });
    expect(data.bins.map(({ lo, hi, count, accuracy }) => ({ lo, hi, count, accuracy }))).toEqual([
      { lo: 0, hi: 0.5, count: 1, accuracy: 0 },
      { lo: 0.5, hi: 1, count: 3, accuracy: 2 / 3 },
    ]);
    expect(data.ece).toBeCloseTo(0.25 * 0.1 + 0.75 * (2.3 / 3 - 2 / 3), 12);
    expect(data.mce).toBeCloseTo(0.1, 12);
  });

  it('is JSON, and so is its picture', () => {
    const drawn = drawnPredictions(1, 100, 3);
    const data = reliabilityDiagram(drawn, drawn.labels);
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
    const spec = reliabilitySpec(data, { title: 'drawn' });
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    expect(JSON.stringify(spec)).toContain('drawn');
  });

  it('tells overconfident bins from underconfident ones in its picture', () => {
    const spec = JSON.stringify(reliabilitySpec(reliabilityDiagram({ confidence: vectorOf([0.4, 0.6]) }, [0, 1], { bins: 2 })));
    expect(spec).toMatch(/"confidence":0\.4,[^}]*"side":"overconfident"/);
    expect(spec).toMatch(/"confidence":0\.6,[^}]*"side":"underconfident"/);
  });

  it('shows where a calibrated model would lie, in its bins', () => {
    const drawn = drawnPredictions(1, 100, 3);
    const consistency = consistencyBars(drawn, drawn.labels, { bins: 5, rng: createRng(0), replicates: 100 });
    const data = reliabilityDiagram(drawn, drawn.labels, { bins: 5 });
    const spec = JSON.stringify(reliabilitySpec(data, { consistency }));
    for (const [bin, { count }] of data.bins.entries()) if (count > 0) expect(spec).toContain(`"bound":${consistency.high[bin]}`);
    expect(JSON.stringify(reliabilitySpec(data))).not.toContain('"bound"');
    expect(() => reliabilitySpec(reliabilityDiagram(drawn, drawn.labels), { consistency })).toThrow(new RangeError("reliabilitySpec: consistency must have the diagram's 15 bins, got 5"));
  });

  it('is of class 1 in mode binary, and of no mode classwise', () => {
    const probabilities = [[0.9, 0.1], [0.2, 0.8]];
    expect(reliabilityDiagram({ probabilities }, [0, 1], { mode: 'binary' })).toEqual(reliabilityDiagram({ confidence: [0.1, 0.8] }, [0, 1]));
    expect(() => reliabilityDiagram({ probabilities }, [0, 1], { mode: 'classwise' as never })).toThrow(new RangeError('reliabilityDiagram: mode must be top-label or binary, got classwise'));
  });
});

describe('wilsonInterval', () => {
  it('holds the p for which the observed share lies 1.96 standard errors away', () => {
    for (const [hits, n] of [[0, 5], [3, 10], [90, 100], [7, 7]] as const) {
      for (const p of wilsonInterval(hits, n).filter((x) => x > 0 && x < 1)) {
        expect(Math.abs(hits / n - p) / Math.sqrt((p * (1 - p)) / n)).toBeCloseTo(1.959963984540054, 9);
      }
    }
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});
