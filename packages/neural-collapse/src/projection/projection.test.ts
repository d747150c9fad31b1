import { renderSvg } from '@mixwell/plots';
import { createRng, hostTensor, normal } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simplexEtf } from '../etf/simplex-etf.ts';
import { optimalMixedFeature } from '../optimal/optimal-mixed-feature.ts';
import { mixedFeaturesSpec, type VegaLiteSpec } from './mixed-features-spec.ts';
import { projectThreeClasses } from './project-three-classes.ts';

const features = [[1, 2, 0, -1], [0, 1, 3, 2]];

describe('projectThreeClasses', () => {
  it('brings the rows of a simplex ETF to an equilateral triangle, the first on top', () => {
    const classifier = simplexEtf({ numClasses: 6, featureDim: 9, norm: 4, rng: createRng(2) });
    for (const [method, radius] of [['classifier', Math.sqrt(1.5)], ['orthogonal', 1]] as const) {
      const { data } = projectThreeClasses({ features: classifier, classifier, classes: [4, 0, 2], method }).classCoordinates;
      const angles = [90, 210, 330].map((degrees) => (degrees * Math.PI) / 180);
      for (const [k, angle] of angles.entries()) {
        expect(data[2 * k]).toBeCloseTo(radius * Math.cos(angle), 10);
        expect(data[2 * k + 1]).toBeCloseTo(radius * Math.sin(angle), 10);
      }
    }
  });

  it('the orthogonal variant keeps lengths and angles of what lies in the plane of the three directions, for any classifier', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 7 }), fc.nat(), (d, seed) => {
      const rng = createRng(seed);
      const classifier = Array.from({ length: 4 }, () => Array.from({ length: d }, () => normal(rng)));
      const [a, b, c] = [classifier[3]!, classifier[0]!, classifier[1]!];
      const inPlane = [a.map((value, i) => value - b[i]!), a.map((value, i) => 2 * value - b[i]! - c[i]!)];
      const { data } = projectThreeClasses({ features: inPlane, classifier, classes: [3, 0, 1], method: 'orthogonal' }).coordinates;
      const product = (x: ArrayLike<number>, y: ArrayLike<number>): number => Array.from(x, (value, i) => value * y[i]!).reduce((sum, value) => sum + value, 0);
      const rows = [data.subarray(0, 2), data.subarray(2)];
      for (const [i, j] of [[0, 0], [0, 1], [1, 1]] as const) expect(product(rows[i]!, rows[j]!)).toBeCloseTo(product(inPlane[i]!, inPlane[j]!), 8);
    }), { numRuns: 60, seed: 3 });
  });

  it('centres features where asked for', () => {
    const classifier = simplexEtf({ numClasses: 3, featureDim: 4 });
    const { data } = projectThreeClasses({ features, classifier, classes: [0, 1, 2], centre: 'mean' }).coordinates;
    expect(data[0]).toBeCloseTo(-data[2]!, 12);
    expect(data[1]).toBeCloseTo(-data[3]!, 12);
  });

  const classifier = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [2, 0, 0, 0], [3, 0, 0, 0]];
  it.each([
    [{ features, classifier, classes: [0, 1, 1] as const }, 'projectThreeClasses: classes must be three different classes, got [0, 1, 1]'],
    [{ features, classifier, classes: [0, 1, 5] as const }, 'projectThreeClasses: classes[2] must be a whole number in [0, 5), got 5'],
    [{ features, classifier, classes: [0, 3, 4] as const, method: 'orthogonal' as const }, 'projectThreeClasses: classifier: row 3 must not be the mean of the rows of the three classes'],
    [{ features, classifier: [[1, 0, 0, 0], [2, 0, 0, 0], [6, 0, 0, 0]], classes: [0, 1, 2] as const, method: 'orthogonal' as const }, 'projectThreeClasses: classifier: the rows of the three classes must not lie on one line'],
    [{ features: [[1, 2]], classifier, classes: [0, 1, 2] as const }, 'projectThreeClasses: features must have shape [rows, 4], got [1, 2]'],
  ])('refuses %o', (input, message) => {
    expect(() => projectThreeClasses(input)).toThrow(new RangeError(message));
  });
});

describe('mixedFeaturesSpec', () => {
  const classifier = simplexEtf({ numClasses: 4, featureDim: 5, rng: createRng(1) });
  const pairs = [0.5, 0.7, 0.9].flatMap((lambda) => Array.from({ length: 16 }, (_, i) => ({ classA: i >> 2, classB: i & 3, lambda })));
  const optimal = hostTensor('float64', [48, 5], Float64Array.from(pairs.flatMap((pair) => [...optimalMixedFeature({ classifier, mu: 0.01, ...pair }).feature])));
  const classes = [2, 0, 1] as const;
  const drawn = {
    ...projectThreeClasses({ features: optimal, classifier, classes }), classes, lambda: Float64Array.from(pairs, ({ lambda }) => lambda),
    classA: Int32Array.from(pairs, ({ classA }) => classA), classB: Int32Array.from(pairs, ({ classB }) => classB),
  };

  /** Points of a panel, by layer. */
  const layersOf = (spec: VegaLiteSpec, panel: number): { x: number; y: number; lambda: number }[][] =>
    ((spec['hconcat'] as { layer: { data: { values: { x: number; y: number; lambda: number }[] } }[] }[])[panel]!.layer).map(({ data }) => data.values);

  it('has the rows of the three classes: 3 pairs of one class, 6 ordered pairs of two, for each λ; those of 1/2 apart', () => {
    const spec = mixedFeaturesSpec(drawn);
    expect([0, 1].map((panel) => layersOf(spec, panel).slice(3).map((points) => points.length))).toEqual([[6, 3], [12, 6]]);
  });

  it('optimal same-class features lie on the solid lines, those of λ = 1/2 on the dashed ones', () => {
    const spec = mixedFeaturesSpec(drawn);
    const onOne = (point: { x: number; y: number }, rays: { x: number; y: number }[]): boolean =>
      rays.some(({ x, y }) => Math.abs(point.x * y - point.y * x) < 1e-9 && point.x * x + point.y * y > 0);
    const [boundaries, directions, , same] = layersOf(spec, 0) as [{ x: number; y: number; lambda: number }[], { x: number; y: number; lambda: number }[], unknown, { x: number; y: number; lambda: number }[]];
    for (const point of same) expect(onOne(point, directions)).toBe(true);
    for (const point of layersOf(spec, 1)[4]!) expect(onOne(point, boundaries)).toBe(true);
    expect(layersOf(spec, 1)[3]!.some((point) => onOne(point, boundaries))).toBe(false);
  });

  it('renders, with names and title', async () => {
    const svg = await renderSvg(mixedFeaturesSpec({ ...drawn, classNames: ['two', 'zero', 'one'], title: 'A title', subtitle: 'below' }));
    for (const text of ['two', 'zero', 'one', 'A title', 'below', 'same class', 'different classes']) expect(svg).toContain(`>${text}</text>`);
  });

  it('refuses rows of other classes alone, and shapes that do not fit', () => {
    expect(() => mixedFeaturesSpec({ ...drawn, classA: drawn.classA.map(() => 3) })).toThrow('mixedFeaturesSpec: classA and classB must hold rows of the classes 2, 0, 1, got none');
    expect(() => mixedFeaturesSpec({ ...drawn, lambda: Float64Array.of(1) })).toThrow('mixedFeaturesSpec: lambda must have shape [48], got [1]');
  });
});
