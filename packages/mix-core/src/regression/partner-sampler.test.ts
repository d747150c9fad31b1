import { createRng, hostTensor, normal, type Rng, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { createPartnerSampler, jointVectors, labelKernelRow, type PartnerSampler, type PartnerSamplerOptions } from '../index.ts';

const drawn = (count: number, draw: (rng: Rng) => number, seed = 1): Float64Array => {
  const rng = createRng(seed);
  return Float64Array.from({ length: count }, () => draw(rng));
};

/** Standard normal deviate whose tail is that of the chi-square statistic of `draws` draws against the law (Wilson, Hilferty 1931). Rare outcomes are counted together. */
function deviate(sampler: PartnerSampler, anchor: number, law: Float64Array, draws: number, rng: Rng): number {
  const counts = new Float64Array(law.length);
  for (const j of sampler.drawMany(new Int32Array(draws).fill(anchor), rng)) counts[j]!++;
  const rare = law.map((p, j) => (p * draws < 10 ? j : -1)).filter((j) => j >= 0);
  const bins = Array.from(law, (p, j) => [p * draws, counts[j]!] as const).filter(([wanted]) => wanted >= 10);
  const sum = (values: Float64Array): number => rare.reduce((total, j) => total + values[j]!, 0);
  if (sum(law) * draws >= 10) bins.push([sum(law) * draws, sum(counts)]);
  else expect(sum(counts)).toBeLessThan(40);
  const statistic = bins.reduce((total, [wanted, got]) => total + (got - wanted) ** 2 / wanted, 0);
  const freedom = bins.length - 1;
  if (freedom === 0) return 0;
  return (Math.cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
}

/** p > 10⁻⁴ */
const LIMIT = 3.719;
const DRAWS = 200_000;

const labels = {
  uniform: drawn(300, (rng) => uniform(rng)),
  normal: drawn(300, normal),
  tied: drawn(300, (rng) => Math.round(3 * normal(rng))),
  cauchy: drawn(300, (rng) => normal(rng) / normal(rng)),
  logNormal: drawn(300, (rng) => Math.exp(normal(rng))),
};

/** Those at the ends and in between. */
const anchorsOf = (values: Float64Array): number[] => {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  return [0, 0.25, 0.5, 0.75, 1].map((share) => order[Math.round(share * (order.length - 1))]!);
};

describe('partners follow the row of the full matrix (chi-square, 5 anchors, 200 000 draws each)', () => {
  const cases: [keyof typeof labels, PartnerSamplerOptions][] = [
    ['normal', { bandwidth: 0.2, strategy: 'row' }],
    ['uniform', { bandwidth: 0.2, strategy: 'tree' }],
    ['normal', { bandwidth: 0.01, strategy: 'tree' }],
    ['cauchy', { bandwidth: 2, strategy: 'tree' }],
    ['logNormal', { bandwidth: 0.2, excludeSelf: true, strategy: 'tree' }],
    ['tied', { bandwidth: 2, excludeSelf: true, strategy: 'tree' }],
    ['normal', { bandwidth: 0.3, kernel: 'tophat', excludeSelf: true, strategy: 'tree' }],
    ['tied', { bandwidth: 0.7, strategy: 'distinct' }],
    ['tied', { bandwidth: 0.7, excludeSelf: true, strategy: 'distinct' }],
  ];
  it.each(cases)('%s labels, %o', (name, options) => {
    const values = options.strategy === 'row' ? labels[name].subarray(0, 50) : labels[name]; // a row costs as many steps as there are labels
    const sampler = createPartnerSampler(values, options);
    const rng = createRng(7);
    for (const anchor of anchorsOf(values)) expect(deviate(sampler, anchor, labelKernelRow(values, anchor, options), DRAWS, rng)).toBeLessThan(LIMIT);
  }, 30_000);

  it.each([2, 3, 6])('vectors of %i dimensions, by the tree', (dim) => {
    const vectors = hostTensor('float64', [300, dim], drawn(300 * dim, normal));
    const sampler = createPartnerSampler(vectors, { bandwidth: 0.8 });
    expect(sampler.strategy).toBe('tree');
    for (const anchor of [0, 17, 299]) expect(deviate(sampler, anchor, sampler.rate(anchor), 100_000, createRng(anchor))).toBeLessThan(LIMIT);
  });

  it('notices a law that is slightly wrong', () => {
    const values = labels.normal;
    const sampler = createPartnerSampler(values, { bandwidth: 0.2, strategy: 'tree' });
    const [anchor] = anchorsOf(values).slice(2);
    expect(deviate(sampler, anchor!, labelKernelRow(values, anchor!, { bandwidth: 0.21 }), DRAWS, createRng(7))).toBeGreaterThan(LIMIT);
  });
});

describe('createPartnerSampler', () => {
  it('gives the same partners for the same state of the generator', () => {
    const sampler = createPartnerSampler(labels.normal, { bandwidth: 0.2 });
    const anchors = [5, 5, 9, 200];
    expect(sampler.drawMany(anchors, createRng(3))).toEqual(sampler.drawMany(anchors, createRng(3)));
    expect(sampler.drawMany(anchors, createRng(3))[0]).toBe(sampler.draw(5, createRng(3)));
  });

  it('chooses how to draw by the labels', () => {
    const strategy = (input: Parameters<typeof createPartnerSampler>[0], options = {}) => createPartnerSampler(input, { bandwidth: 1, ...options }).strategy;
    expect(strategy(labels.normal)).toBe('tree');
    expect(strategy(labels.tied)).toBe('tree'); // 19 values of 300: more than √300
    expect(strategy(labels.tied.map(Math.sign))).toBe('distinct');
    expect(strategy(hostTensor('float64', [20, 9], drawn(180, normal)))).toBe('row');
    expect(strategy(labels.tied.map(Math.sign), { distance: () => 1 })).toBe('row');
  });

  it.each(['row', 'tree', 'distinct'] as const)('meets an outlier with itself alone, or with the nearest where that is excluded, by %s', (strategy) => {
    const values = [1e9, 0, 0.5, 1, ...Array.from({ length: 40 }, (_, i) => -1000 - i)];
    const rng = createRng(2);
    const anchors = new Int32Array(50);
    expect(new Set(createPartnerSampler(values, { bandwidth: 1e-3, strategy }).drawMany(anchors, rng))).toEqual(new Set([0]));
    expect(new Set(createPartnerSampler(values, { bandwidth: 1e-3, strategy, excludeSelf: true }).drawMany(anchors, rng))).toEqual(new Set([3]));
    expect(new Set(createPartnerSampler(values, { bandwidth: 1e-3, strategy, excludeSelf: true, kernel: 'tophat' }).drawMany(anchors, rng))).toEqual(new Set([3]));
  });

  it.each(['row', 'tree', 'distinct'] as const)('takes one example, equal labels, and bandwidths at the ends of the doubles, by %s', (strategy) => {
    const rng = createRng(4);
    expect(createPartnerSampler([7], { bandwidth: 1, strategy }).draw(0, rng)).toBe(0);
    const equal = createPartnerSampler(new Float64Array(40).fill(3), { bandwidth: 1, strategy });
    expect(new Set(equal.drawMany(new Int32Array(2000), rng)).size).toBe(40);
    expect(equal.selfPairRate()).toBeCloseTo(1 / 40, 12);
    for (const bandwidth of [Number.MIN_VALUE, 1e-200]) {
      expect(createPartnerSampler([0, 1, 2], { bandwidth, strategy }).draw(1, rng)).toBe(1);
      expect([0, 2]).toContain(createPartnerSampler([0, 1, 2], { bandwidth, strategy, excludeSelf: true }).draw(1, rng));
    }
    expect(new Set(createPartnerSampler(labels.cauchy.slice(0, 8), { bandwidth: 1e300, strategy }).drawMany(new Int32Array(300), rng)).size).toBe(8);
  });

  it('takes a distance for labels on a circle', () => {
    const turns = Float64Array.from({ length: 100 }, (_, i) => i / 100);
    const distance = (i: number, j: number): number => Math.min(Math.abs(turns[i]! - turns[j]!), 1 - Math.abs(turns[i]! - turns[j]!));
    const sampler = createPartnerSampler(turns, { bandwidth: 0.02, distance });
    expect(sampler.rate(0)[99]).toBeCloseTo(sampler.rate(0)[1]!, 12);
    expect(sampler.rate(0)[99]).toBeGreaterThan(0.1);
    expect(sampler.drawMany(new Int32Array(500), createRng(1))).toContain(99);
  });

  it('draws alike in two things at once with joint vectors', () => {
    const [x, y] = [drawn(60, normal, 2), drawn(60, normal, 3)];
    const rate = createPartnerSampler(jointVectors([{ values: x, bandwidth: 0.5 }, { values: y, bandwidth: 0.2 }]), { bandwidth: 1 }).rate(7);
    const product = labelKernelRow(x, 7, { bandwidth: 0.5 }).map((p, j) => p * labelKernelRow(y, 7, { bandwidth: 0.2 })[j]!);
    const sum = product.reduce((a, b) => a + b);
    product.forEach((p, j) => expect(rate[j]).toBeCloseTo(p / sum, 12));
  });

  it('tells how often examples meet themselves, and among how many the choice is', () => {
    for (const options of [{ bandwidth: 0.05 }, { bandwidth: 3 }, { bandwidth: 0.4, kernel: 'tophat' as const }, { bandwidth: 0.1, excludeSelf: true }]) {
      for (const values of [labels.normal, labels.tied, labels.cauchy]) {
        const sampler = createPartnerSampler(values, options);
        const rows = Array.from({ length: 300 }, (_, i) => sampler.rate(i));
        const mean = (of: (row: Float64Array, i: number) => number): number => rows.reduce((sum, row, i) => sum + of(row, i), 0) / 300;
        expect(sampler.selfPairRate()).toBeCloseTo(mean((row, i) => row[i]!), 10);
        expect(sampler.effectivePartners()).toBeCloseTo(mean((row) => 1 / row.reduce((sum, p) => sum + p * p, 0)), 7);
      }
    }
    const sampler = createPartnerSampler(labels.normal, { bandwidth: 0.2 });
    expect(sampler.selfPairRate([4])).toBeCloseTo(sampler.rate(4)[4]!, 12);
  });

  it('refuses what makes no sense, saying why', () => {
    const make = (options: object, values: Parameters<typeof createPartnerSampler>[0] = [1, 2, 3]) => () => createPartnerSampler(values, { bandwidth: 1, ...options });
    expect(make({ bandwidth: 0 })).toThrow(new RangeError('createPartnerSampler: bandwidth must be > 0 and finite, got 0'));
    expect(make({ bandwidth: Number.NaN })).toThrow('bandwidth must be > 0 and finite, got NaN');
    expect(make({ bandwidth: Infinity })).toThrow('bandwidth must be > 0 and finite, got Infinity');
    expect(make({ kernel: 'box' })).toThrow("createPartnerSampler: kernel must be 'gaussian' or 'tophat', got 'box'");
    expect(make({ strategy: 'fast' })).toThrow("createPartnerSampler: strategy must be 'auto', 'row', 'tree' or 'distinct', got 'fast'");
    expect(make({ strategy: 'tree', distance: () => 1 })).toThrow("strategy must be 'row' with a distance of your own, got 'tree'");
    expect(make({ strategy: 'distinct' }, [[1, 2], [3, 4]])).toThrow("strategy 'distinct' must have scalar labels, got 2 dimensions");
    expect(make({}, [0, Number.NaN])).toThrow('createPartnerSampler: labels[1] must be finite, got NaN');
    expect(make({}, [[0, 1], [2, -Infinity]])).toThrow('createPartnerSampler: labels[1, 1] must be finite, got -Infinity');
    expect(make({}, [])).toThrow('createPartnerSampler: labels must have shape [count] or [count, dim], got [0]');
    expect(make({ excludeSelf: true }, [1])).toThrow('createPartnerSampler: excludeSelf must be false where there is one example only');
    expect(() => make({})().draw(3, createRng(1))).toThrow('draw: anchor must be a whole number in [0, 3), got 3');
    expect(() => make({})().rate(0.5)).toThrow('rate: anchor must be a whole number in [0, 3), got 0.5');
    expect(() => make({})().selfPairRate([-1])).toThrow('selfPairRate: anchor must be a whole number in [0, 3), got -1');
    expect(() => make({ distance: () => -1 })().draw(0, createRng(1))).toThrow('distance: must be >= 0, got -1 for examples 0 and 0');
    expect(() => jointVectors([])).toThrow('jointVectors: parts must be at least one, got none');
    expect(() => jointVectors([{ values: [1, 2], bandwidth: 1 }, { values: [1], bandwidth: 1 }])).toThrow('jointVectors: parts[1].values must be of 2 examples, got 1');
  });
});

describe('a million labels', () => {
  it('take memory in proportion, and no more time than a few seconds on a busy machine', () => {
    const values = drawn(1e6, normal);
    const before = process.memoryUsage();
    const sampler = createPartnerSampler(values, { bandwidth: 0.2 });
    const { arrayBuffers } = process.memoryUsage();
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(60e6); // the matrix would take 8e12
    const rng = createRng(1);
    const anchors = Int32Array.from({ length: 20_000 }, (_, i) => i * 50);
    const begin = performance.now();
    const partners = sampler.drawMany(anchors, rng);
    expect(performance.now() - begin).toBeLessThan(4000);
    const gaps = partners.map((j, i) => Number(Math.abs(values[j]! - values[anchors[i]!]!) < 0.8));
    expect(gaps.reduce((a, b) => a + b) / gaps.length).toBeGreaterThan(0.9998); // four bandwidths
  }, 30_000);
});
