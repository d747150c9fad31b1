import { createRng, hostTensor, type HostTensor, normal, permutation, type Rng } from '@mixwell/tensor';
import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix, pseudoInverse } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { simplexEtf } from '../etf/simplex-etf.ts';
import { addToClassMeans, classMeans } from './class-means.ts';
import { collapseMetrics, neuralCollapse } from './collapse-metrics.ts';
import { frameGeometry } from './frame-geometry.ts';
import { addToScatter, type CollapseOptions, collapseScatter } from './scatter.ts';

interface Sample {
  readonly features: HostTensor<'float64'>;
  readonly labels: Int32Array;
  readonly classifier: HostTensor<'float64'>;
}

function draw(rng: Rng, classes: number, d: number, n: number, spread = 0.5, offset = 0): Sample {
  const centres = Float64Array.from({ length: classes * d }, () => offset + normal(rng));
  const labels = Int32Array.from({ length: n }, (_, i) => (i < classes ? i : Math.floor((rng.next() / 2 ** 32) * classes)));
  const features = Float64Array.from({ length: n * d }, (_, at) => centres[labels[Math.floor(at / d)]! * d + (at % d)]! + normal(rng, 0, spread));
  return { features: hostTensor('float64', [n, d], features), labels, classifier: hostTensor('float64', [classes, d], Float64Array.from({ length: classes * d }, () => normal(rng))) };
}

const rowsOf = ({ shape, data }: HostTensor<'float64'>): number[][] => Array.from({ length: shape[0]! }, (_, i) => [...data.subarray(i * shape[1]!, (i + 1) * shape[1]!)]);

/** NC1 and NC4 by definition: matrices of all features, an eigenvalue decomposition for the pseudo-inverse. */
function byDefinition({ features, labels, classifier }: Sample, classes: number): { pinv: number; quotient: number; nc4: number } {
  const rows = rowsOf(features);
  const d = features.shape[1]!;
  const means = Array.from({ length: classes }, (_, k) => {
    const own = rows.filter((__, n) => labels[n] === k);
    return Array.from({ length: d }, (__, c) => own.reduce((sum, row) => sum + row[c]!, 0) / own.length);
  });
  const centre = Array.from({ length: d }, (_, c) => means.reduce((sum, row) => sum + row[c]!, 0) / classes);
  const [within, between] = [Matrix.zeros(d, d), Matrix.zeros(d, d)];
  rows.forEach((row, n) => { const v = Matrix.columnVector(row.map((value, c) => value - means[labels[n]!]![c]!)); within.add(v.mmul(v.transpose())); });
  means.forEach((row) => { const v = Matrix.columnVector(row.map((value, c) => value - centre[c]!)); between.add(v.mmul(v.transpose())); });
  within.div(rows.length);
  between.div(classes);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(between, { assumeSymmetric: true });
  const largest = Math.max(...realEigenvalues);
  const inverse = eigenvectorMatrix.mmul(Matrix.diag(realEigenvalues.map((value) => (value > 1e-12 * largest ? 1 / value : 0)))).mmul(eigenvectorMatrix.transpose());
  const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));
  const agree = rows.filter((row) => argmax(rowsOf(classifier).map((w) => w.reduce((sum, value, c) => sum + value * row[c]!, 0))) === argmax(means.map((mean) => -mean.reduce((sum, value, c) => sum + (value - row[c]!) ** 2, 0))));
  return { pinv: within.mmul(inverse).trace() / classes, quotient: within.trace() / between.trace(), nc4: agree.length / rows.length };
}

function streamed(sample: Sample, classes: number, cuts: readonly number[], options: CollapseOptions): ReturnType<typeof collapseMetrics> {
  const d = sample.features.shape[1]!;
  const bounds = [0, ...cuts, sample.labels.length];
  const batches = bounds.slice(1).map((to, i) => [hostTensor('float64', [to - bounds[i]!, d], sample.features.data.slice(bounds[i]! * d, to * d)), sample.labels.slice(bounds[i], to)] as const).filter(([, labels]) => labels.length > 0);
  const means = classMeans({ numClasses: classes, featureDim: d });
  for (const batch of batches) addToClassMeans(means, ...batch);
  const scatter = structuredClone(collapseScatter(means, options));
  for (const batch of batches) addToScatter(scatter, ...batch);
  return collapseMetrics(scatter);
}

describe('NC1 to NC4', () => {
  it('NC1 and NC4 are what their definitions say, for more and fewer features than classes', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 20 }), fc.nat(), (classes, d, extra, seed) => {
      const sample = draw(createRng(seed), classes, d, 2 * classes + extra);
      const { nc1, nc4 } = neuralCollapse({ ...sample, numClasses: classes });
      const expected = byDefinition(sample, classes);
      expect(nc1.pinv / expected.pinv).toBeCloseTo(1, 5);
      expect(nc1.quotient / expected.quotient).toBeCloseTo(1, 8);
      expect(nc4).toBe(expected.nc4);
    }), { numRuns: 60, seed: 1 });
  });

  it('batches make no difference, bit for bit, wherever they are cut; the stream can be cloned', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }), fc.nat(), (cuts, seed) => {
      const sample = draw(createRng(seed), 4, 6, 40);
      const options = { classifier: sample.classifier, bias: [0.1, 0, -0.2, 0.3] };
      expect(streamed(sample, 4, cuts.toSorted((a, b) => a - b), options)).toEqual(neuralCollapse({ ...sample, numClasses: 4, ...options }));
    }), { numRuns: 30, seed: 2 });
  });

  it('does not lose what is small against a large offset', () => {
    const [near, far] = [0, 1e7].map((offset) => neuralCollapse({ ...draw(createRng(3), 3, 5, 60, 1e-3, offset), numClasses: 3 })) as [ReturnType<typeof neuralCollapse>, ReturnType<typeof neuralCollapse>];
    expect(far.nc1.pinv / near.nc1.pinv).toBeCloseTo(1, 4);
    expect(far.nc1.cdnv / near.nc1.cdnv).toBeCloseTo(1, 4);
  });

  it('collapsed features on an ETF with the classifier on them: every number is 0, NC4 is 1', () => {
    const frame = simplexEtf({ numClasses: 5, featureDim: 8, norm: 3, rng: createRng(4) });
    const labels = Int32Array.from({ length: 50 }, (_, n) => n % 5);
    const features = hostTensor('float64', [50, 8], Float64Array.from({ length: 400 }, (_, at) => 2 + frame.data[(Math.floor(at / 8) % 5) * 8 + (at % 8)]!));
    const { nc1, nc2, nc3, nc4, biasCollapse, degenerate } = neuralCollapse({ features, labels, numClasses: 5, classifier: frame, bias: rowsOf(frame).map((row) => -2 * row.reduce((sum, value) => sum + value, 0)) });
    for (const value of [...Object.values(nc1), ...Object.values(nc2.means), ...Object.values(nc2.classifier!), ...Object.values(nc3!), biasCollapse!]) expect(Math.abs(value)).toBeLessThan(1e-7);
    expect([nc4, degenerate]).toEqual([1, false]);
  });

  it('order of samples, names of classes, scale and rotation of features do not matter', () => {
    const rng = createRng(5);
    const sample = draw(rng, 4, 5, 60);
    const base = neuralCollapse({ ...sample, numClasses: 4 });
    const order = permutation(rng, 60);
    const shuffled = { features: hostTensor('float64', [60, 5], Float64Array.from({ length: 300 }, (_, at) => 7 * sample.features.data[order[Math.floor(at / 5)]! * 5 + (4 - (at % 5))]!)), labels: order.map((n) => sample.labels[n]!) };
    const turned = hostTensor('float64', [4, 5], Float64Array.from({ length: 20 }, (_, at) => sample.classifier.data[Math.floor(at / 5) * 5 + (4 - (at % 5))]!));
    const other = neuralCollapse({ ...shuffled, numClasses: 4, classifier: turned });
    expect(other.nc1.pinv).toBeCloseTo(base.nc1.pinv, 10);
    expect(other.nc2.means.etfError).toBeCloseTo(base.nc2.means.etfError, 10);
    expect(other.nc3!.selfDuality).toBeCloseTo(base.nc3!.selfDuality, 10);
    expect(other.nc4).toBe(base.nc4);
  });

  it('options: divisor, centred classifier, mean of samples, bias', () => {
    const sample = { ...draw(createRng(6), 3, 4, 30), numClasses: 3 };
    const base = neuralCollapse(sample);
    expect(neuralCollapse({ ...sample, nc1Divisor: 1 }).nc1.pinv).toBeCloseTo(3 * base.nc1.pinv, 12);
    const shift = hostTensor('float64', [3, 4], sample.classifier.data.map((value) => value + 5));
    expect(neuralCollapse({ ...sample, classifier: shift, centreClassifier: true }).nc2).toEqual(expect.objectContaining({ means: base.nc2.means }));
    const [a, b] = [sample.classifier, shift].map((classifier) => neuralCollapse({ ...sample, classifier, centreClassifier: true }).nc2.classifier!.etfError);
    expect(a).toBeCloseTo(b!, 10);
    const all = neuralCollapse({ ...sample, globalMean: 'samples' }).globalMean;
    for (const [c, value] of all.entries()) expect(value).toBeCloseTo(rowsOf(sample.features).reduce((sum, row) => sum + row[c]!, 0) / 30, 12);
    expect(neuralCollapse({ ...sample, bias: [1e9, 0, 0] }).nc4).toBeCloseTo(sample.labels.filter((_, n) => nearest(sample, n) === 0).length / 30, 12);
    expect(neuralCollapse({ features: sample.features, labels: sample.labels, numClasses: 3 })).toMatchObject({ nc3: null, nc4: null, biasCollapse: null, nc2: { classifier: null } });
  });

  it('skips classes without samples, of the classifier too', () => {
    const sample = draw(createRng(7), 3, 4, 30);
    const labels = sample.labels.map((label) => (label === 2 ? 3 : label));
    const padded = hostTensor('float64', [4, 4], Float64Array.of(...sample.classifier.data.subarray(0, 8), 1, 2, 3, 4, ...sample.classifier.data.subarray(8)));
    const { classes, ...skipped } = neuralCollapse({ features: sample.features, labels, numClasses: 4, classifier: padded, skipEmpty: true });
    const { classes: _, ...base } = neuralCollapse({ ...sample, numClasses: 3 });
    expect(skipped).toEqual(base);
    expect([...classes]).toEqual([0, 1, 3]);
  });

  it('says so where all class means are equal; one sample of each class has no variance', () => {
    const flat = neuralCollapse({ features: [[1, 2], [3, 4], [3, 4], [1, 2], [2, 3]], labels: [0, 0, 1, 1, 2], numClasses: 3 });
    expect(flat.degenerate).toBe(true);
    expect(flat.nc1).toEqual({ pinv: NaN, quotient: NaN, cdnv: NaN });
    expect(neuralCollapse({ features: [[1, 2], [3, 1]], labels: [0, 1], numClasses: 2 })).toMatchObject({ degenerate: false, nc1: { pinv: 0, quotient: 0, cdnv: 0 }, nc2: { means: { equiangular: 0 } } });
  });

  it('100 classes of 512 features take seconds', () => {
    const begin = performance.now();
    const { nc1, nc2 } = neuralCollapse({ ...draw(createRng(8), 100, 512, 1000), numClasses: 100 });
    expect(Number.isFinite(nc1.pinv) && Number.isFinite(nc2.means.etfError)).toBe(true);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });
});

function nearest({ features, labels }: Sample, n: number): number {
  const rows = rowsOf(features);
  const distances = [0, 1, 2].map((k) => {
    const own = rows.filter((_, i) => labels[i] === k);
    return rows[n]!.reduce((sum, value, c) => sum + (value - own.reduce((total, row) => total + row[c]!, 0) / own.length) ** 2, 0);
  });
  return distances.indexOf(Math.min(...distances));
}

describe('the pseudo-inverse through singular vectors', () => {
  it('is that of the between-class covariance', () => {
    const sample = draw(createRng(9), 4, 3, 24);
    const { pinv } = neuralCollapse({ ...sample, numClasses: 4 }).nc1;
    const { means, counts } = (() => {
      const stream = classMeans({ numClasses: 4, featureDim: 3 });
      addToClassMeans(stream, sample.features, sample.labels);
      const { centred } = collapseScatter(stream);
      return { means: Matrix.from1DArray(4, 3, centred.values), counts: stream.counts };
    })();
    const inverse = pseudoInverse(means.transpose().mmul(means).div(4));
    const rows = rowsOf(sample.features);
    const own = (k: number): number[][] => rows.filter((_, n) => sample.labels[n] === k);
    let trace = 0;
    for (let k = 0; k < 4; k++) {
      const mean = [0, 1, 2].map((c) => own(k).reduce((sum, row) => sum + row[c]!, 0) / counts[k]!);
      for (const row of own(k)) {
        const v = Matrix.columnVector(row.map((value, c) => value - mean[c]!));
        trace += v.transpose().mmul(inverse).mmul(v).get(0, 0);
      }
    }
    expect(pinv).toBeCloseTo(trace / 24 / 4, 8);
  });
});

describe('what is refused', () => {
  const good = { features: [[1, 2], [3, 1], [0, 0]], labels: [0, 1, 1], numClasses: 2 };
  it.each([
    [{ ...good, features: [[1, 2], [NaN, 1], [0, 0]] }, 'neuralCollapse: features: row 1, column 0 must be finite, got NaN'],
    [{ ...good, labels: [0, 1, 2] }, 'addToClassMeans: labels: row 2 must be a whole number in [0, 2), got 2'],
    [{ ...good, labels: [0, 1] }, 'addToClassMeans: labels must have shape [3], got [2]'],
    [{ ...good, numClasses: 1 }, 'classMeans: numClasses must be a whole number >= 2, got 1'],
    [{ ...good, numClasses: 3 }, 'collapseScatter: means: class 2 has no samples (skipEmpty leaves such classes out)'],
    [{ ...good, labels: [1, 1, 1], skipEmpty: true }, 'collapseScatter: means must have samples of at least 2 classes, got 1'],
    [{ ...good, classifier: [[1, 2], [0, 0]] }, 'collapseScatter: classifier: row 1 must not be zero'],
    [{ ...good, classifier: [[1, 2, 3], [0, 0, 1]] }, 'collapseScatter: classifier must have shape [2, 2], got [2, 3]'],
    [{ ...good, classifier: [[1, 2], [2, 1]], bias: [1] }, 'collapseScatter: bias must have shape [2], got [1]'],
    [{ ...good, nc1Divisor: 0 }, 'collapseScatter: nc1Divisor must be > 0 and finite, got 0'],
    [{ ...good, features: [1, 2] }, 'neuralCollapse: features must have shape [rows, columns], none of them 0, got [2]'],
  ])('%o', (input, message) => {
    expect(() => neuralCollapse(input)).toThrow(new RangeError(message));
  });

  it('a bias without a classifier, passes that differ, a class of the second pass alone', () => {
    expect(() => neuralCollapse({ ...good, bias: [1, 2] })).toThrow(new TypeError('collapseScatter: bias needs the classifier'));
    const means = classMeans({ numClasses: 3, featureDim: 2 });
    addToClassMeans(means, good.features, good.labels);
    const scatter = collapseScatter(means, { skipEmpty: true });
    expect(() => addToScatter(scatter, [[1, 2]], [2])).toThrow('addToScatter: labels: row 0 must be a whole number in [0, 2), got 2');
    addToScatter(scatter, good.features.slice(0, 2), [0, 1]);
    expect(() => collapseMetrics(scatter)).toThrow('collapseMetrics: class 1 had 2 samples in the first pass, 1 in the second');
    expect(() => frameGeometry([[1, 2]])).toThrow('frameGeometry: vectors must have at least 2 rows, got 1');
  });
});
