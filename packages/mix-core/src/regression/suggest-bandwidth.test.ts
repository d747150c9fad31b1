import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { createPartnerSampler, suggestBandwidth } from '../index.ts';

const rng = createRng(5);
const labels = Float64Array.from({ length: 500 }, () => 40 + 10 * normal(rng));

describe('suggestBandwidth', () => {
  it.each([2, 20, 300])('finds the bandwidth for %i partners', (effectivePartners) => {
    const bandwidth = suggestBandwidth(labels, { effectivePartners });
    expect(createPartnerSampler(labels, { bandwidth }).effectivePartners() / effectivePartners).toBeCloseTo(1, 2);
  });

  it('does so for vectors, and for the other kernel, whose numbers of partners jump', () => {
    const vectors = hostTensor('float64', [250, 2], labels);
    const bandwidth = suggestBandwidth(vectors, { effectivePartners: 12 });
    expect(createPartnerSampler(vectors, { bandwidth }).effectivePartners() / 12).toBeCloseTo(1, 2);
    const wide = suggestBandwidth(labels, { effectivePartners: 30, kernel: 'tophat' });
    expect(Math.abs(createPartnerSampler(labels, { bandwidth: wide, kernel: 'tophat' }).effectivePartners() - 30)).toBeLessThan(0.3);
  });

  it('grows with the unit of the labels', () => {
    expect(suggestBandwidth(labels.map((y) => y * 1000), { effectivePartners: 20 }) / suggestBandwidth(labels, { effectivePartners: 20 }) / 1000).toBeCloseTo(1, 2);
  });

  it('looks at evenly spaced examples where there are many', () => {
    const many = Float64Array.from({ length: 50_000 }, () => normal(rng));
    const bandwidth = suggestBandwidth(many, { effectivePartners: 1000 });
    expect(createPartnerSampler(many, { bandwidth }).effectivePartners() / 1000).toBeCloseTo(1, 1);
  });

  it('refuses numbers that no bandwidth gives', () => {
    expect(() => suggestBandwidth(labels, { effectivePartners: 1 })).toThrow(new RangeError('suggestBandwidth: effectivePartners must be in (1, 500), got 1'));
    expect(() => suggestBandwidth(labels, { effectivePartners: 500 })).toThrow('suggestBandwidth: effectivePartners must be in (1, 500), got 500');
    expect(() => suggestBandwidth([1, 1, 1, 1, 2, 2, 2, 2], { effectivePartners: 2 })).toThrow('effectivePartners must be more than 4, as many labels are equal, got 2');
    expect(() => suggestBandwidth([1, Number.NaN], { effectivePartners: 1.5 })).toThrow('suggestBandwidth: labels[1] must be finite, got NaN');
  });
});
