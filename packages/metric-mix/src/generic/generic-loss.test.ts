// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import { compile, valueAndGrad } from '@mixwell/autodiff';
import { expectNoLeaks, finiteDifferences } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as library from '../tf.ts';
import { cosine, distance, drawnRows, float64Library, type Library, near } from '../fixtures.ts';
import { definition, drawnLabels, drawnMask, type SpecCase, specCases } from './fixtures.ts';

const here: Library = { tf, ...library };
const [anchors, examples] = [5, 7];
const similarities = drawnRows(1, anchors, examples, 0.5).map((row) => row.map((x) => Math.tanh(x)));
const labels = drawnLabels(2, anchors, examples);
const mask = drawnMask(3, anchors, examples);
const distances = similarities.map((row) => row.map((s) => Math.sqrt(2 - 2 * s)));
const measureOf = ({ spec }: SpecCase): number[][] => (spec(here).measure === 'distance' ? distances : similarities);
const bools = (rows: boolean[][]): tf.Tensor2D => tf.tensor2d(rows.map((row) => row.map(Number)), undefined, 'bool');
const rowsOf = (flat: ArrayLike<number>, width: number): number[][] => Array.from({ length: flat.length / width }, (_, i) => Array.from({ length: width }, (__, k) => flat[i * width + k]!));

const cases = Object.entries(specCases);

describe.each(plainAnd(BACKEND_NAME))('genericLoss on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it.each(cases)('%s is what its definition says, of soft labels and masks', (_, one) => {
    tf.tidy(() => {
      const x = measureOf(one);
      near(library.genericLoss(one.spec(here), tf.tensor2d(x), tf.tensor2d(labels)).dataSync(), [definition(one, x, labels)], 3e-6);
      near(library.genericLoss(one.spec(here), tf.tensor2d(x), tf.tensor2d(labels), { mask: bools(mask) }).dataSync(), [definition(one, x, labels, mask)], 3e-6);
    });
  });

  it.each(cases)('%s of bool labels is that of labels 0 and 1', (_, one) => {
    tf.tidy(() => {
      const hard = drawnMask(9, anchors, examples);
      const x = measureOf(one);
      const wanted = definition(one, x, hard.map((row) => row.map(Number)), mask);
      const losses = [bools(hard), tf.cast(bools(hard), 'float32')].map((y) => library.genericLoss(one.spec(here), tf.tensor2d(x), y, { mask: bools(mask) }).dataSync()[0]!);
      near(losses, [wanted, wanted], 3e-6);
    });
  });

  it.each(cases)('%s compiled is what it is eagerly, with its gradient', (_, one) => {
    tf.tidy(() => {
      const step = (x: tf.Tensor, y: tf.Tensor, m: tf.Tensor): tf.Tensor[] => {
        const { value, grads, aux } = valueAndGrad((z: tf.Tensor) => library.genericLossParts(one.spec(here), z, y, { mask: m }))(x);
        return [value, grads, aux.active, aux.perAnchor];
      };
      const args = [tf.tensor2d(measureOf(one)), tf.tensor2d(labels), bools(mask)] as const;
      const wanted = step(...args).map((x) => x.dataSync());
      compile(step)(...args).forEach((x, i) => near(x.dataSync(), wanted[i]!, 1e-6));
    });
  });

  /** Losses and gradients of batches that lack something. */
  const degenerate: Record<string, { readonly rows: number[][]; readonly classes: number[] }> = {
    'one class': { rows: drawnRows(4, 4, 3), classes: [2, 2, 2, 2] },
    'all distinct classes': { rows: drawnRows(5, 4, 3), classes: [0, 1, 2, 3] },
    'one example': { rows: drawnRows(6, 1, 3), classes: [0] },
    'duplicates at distance zero': { rows: [[1, 2, 0], [1, 2, 0], [1, 2, 0], [1, 2, 0]], classes: [0, 0, 1, 1] },
    'rows of zeros': { rows: [[0, 0, 0], [0, 0, 0], [1, 0, 2], [0, 1, 0]], classes: [0, 1, 0, 1] },
    'opposite rows': { rows: [[1, 0, 0], [-1, 0, 0], [1, 0, 0], [-1, 0, 0]], classes: [0, 0, 1, 1] },
  };

  it.each(cases)('%s of batches that lack something is finite, as its definition says', (_, one) => {
    const step = compile((e: tf.Tensor, y: tf.Tensor1D) => {
      const { value, grads, aux } = valueAndGrad((x: tf.Tensor) => library.batchLoss(one.spec(here), x, y))(e);
      return { value, grads, active: aux.active };
    });
    const measure = one.spec(here).measure === 'distance' ? distance : cosine;
    for (const [what, { rows, classes }] of Object.entries(degenerate)) {
      tf.tidy(() => {
        const { value, grads, active } = step(tf.tensor2d(rows), tf.tensor1d(classes, 'int32'));
        const self = rows.map((__, a) => rows.map((___, j) => j !== a));
        const same = classes.map((c) => classes.map((d) => Number(c === d)));
        near(value.dataSync(), [definition(one, rows.map((a) => rows.map((b) => measure(a, b))), same, self)], 3e-6);
        for (const g of grads.dataSync()) expect(Number.isFinite(g), what).toBe(true);
        if (rows.length === 1) expect([value.dataSync()[0], active.dataSync()[0], ...grads.dataSync()]).toEqual([0, 0, 0, 0, 0]);
      });
    }
  });

  it('keeps exponents of ±10⁴ finite, with gradients that say which way', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[-100, 100, 0.5], [100, -100, 0.5]]);
      const y = tf.tensor2d([[1, 0, 0.5], [1, 0, 0.5]]);
      const { value, grads } = valueAndGrad((s: tf.Tensor) => library.genericLoss(library.multiSimilarity({ beta: 100, gamma: 100, m: 0 }), s, y))(x);
      near(value.dataSync(), [(100 + 100 + (0 + Math.log(1 + 0.5 * Math.exp(50)) / 100)) / 2], 1e-6);
      const [positive, negative] = grads.dataSync();
      near([positive!, negative!], [-0.5, 0.5], 1e-6);
    });
  });

  it('does not change where examples or anchors are permuted, but for the order of gradients', () => {
    tf.tidy(() => {
      const rows = drawnRows(8, 6, 4);
      const classes = [0, 1, 0, 2, 1, 0];
      const order = [3, 0, 5, 1, 4, 2];
      const run = (r: number[][], c: number[]): { value: number; grads: number[][] } => {
        const { value, grads } = valueAndGrad((e: tf.Tensor) => library.batchLoss(library.multiSimilarity(), e, tf.tensor1d(c, 'int32')))(tf.tensor2d(r));
        return { value: value.dataSync()[0]!, grads: grads.arraySync() as number[][] };
      };
      const [plain, permuted] = [run(rows, classes), run(order.map((i) => rows[i]!), order.map((i) => classes[i]!))];
      expect(permuted.value).toBeCloseTo(plain.value, 5);
      near(permuted.grads.flat(), order.flatMap((i) => plain.grads[i]!), 1e-5);
    });
  });
});

describe('genericLoss', () => {
  beforeAll(() => tf.setBackend(plainBackEnd));

  it('counts the pairs that count with something other than 0', () => {
    tf.tidy(() => {
      const active = (m: number): number => library.genericLossParts(library.contrastive({ form: 'distance', m, positiveMargin: 0.5 }), tf.tensor2d([[0.2, 1.1], [0.9, 1.4]]), tf.tensor2d([[1, 0], [1, 0]])).active.dataSync()[0]!;
      expect([active(0.1), active(1.2), active(2)]).toEqual([1, 2, 3]);
      expect(library.batchLoss(library.multiSimilarity(), tf.tensor2d(drawnRows(1, 4, 2)), tf.tensor1d([0, 0, 1, 1], 'int32')).active.dataSync()[0]).toBe(12);
    });
  });

  it('reduces anchors or pairs, and counts anchors without pairs only where it is told to', () => {
    tf.tidy(() => {
      const spec = library.contrastive({ form: 'distance', m: 1, positiveMargin: 0 });
      const [x, y] = [tf.tensor2d([[0.4, 0.7, 2], [0, 0.2, 0.9]]), tf.tensor2d([[1, 0, 0], [1, 0.25, 0]])];
      const [positives, negatives] = [[0.4, 0, 0.25 * 0.2], [0.3, 0, 0.75 * 0.8, 0.1]];
      const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);
      const loss = (options: library.GenericLossOptions): number => library.genericLoss(spec, x, y, options).dataSync()[0]!;
      expect(loss({})).toBeCloseTo(sum([...positives, ...negatives]) / 2, 6);
      expect(loss({ reduction: 'sum' })).toBeCloseTo(sum([...positives, ...negatives]), 6);
      expect(loss({ over: 'pairs' })).toBeCloseTo(sum(positives) / 3 + sum(negatives) / 4, 6);
      expect(loss({ over: 'pairs', reduction: 'avgNonZero' })).toBeCloseTo(sum(positives) / 2 + sum(negatives) / 3, 6);
      const onlyFirst = tf.tensor2d([[1, 1, 1], [0, 0, 0]], undefined, 'bool');
      expect(loss({ mask: onlyFirst })).toBeCloseTo(0.4 + 0.3, 6);
      expect(loss({ mask: onlyFirst, emptyAnchors: 'zero' })).toBeCloseTo((0.4 + 0.3) / 2, 6);
      expect(loss({ anchorLabels: tf.tensor1d([1, 0], 'int32'), reduction: library.classWeighted(tf.tensor1d([0, 3])) })).toBeCloseTo(3 * 0.7 / 2, 6);
    });
  });

  it('compares a batch with others, of which some may be missing', () => {
    tf.tidy(() => {
      const [rows, more] = [drawnRows(1, 3, 4), drawnRows(2, 5, 4)];
      const [mine, theirs] = [[0, 1, 2], [0, 0, 1, 2, 2]];
      const filled = [true, true, true, false, true];
      const one = specCases['multiSimilarity']!;
      const others = { embeddings: tf.tensor2d(more), labels: tf.tensor1d(theirs, 'int32'), filled: tf.tensor1d(filled.map(Number), 'bool') };
      const got = library.batchLoss(one.spec(here), tf.tensor2d(rows), tf.tensor1d(mine, 'int32'), { others }).loss;
      const wanted = definition(one, rows.map((a) => more.map((b) => cosine(a, b))), mine.map((a) => theirs.map((b) => Number(a === b))), mine.map(() => filled));
      near(got.dataSync(), [wanted], 1e-6);
    });
  });

  it('leaves no tensor behind', async () => {
    const [x, y] = [tf.tensor2d(similarities), tf.tensor2d(labels)];
    await expectNoLeaks(() => library.genericLoss(library.multiSimilarity(), x, y));
const classes = tf.tensor1d([0, 1, 0, 1, 0], 'int32');
    await expectNoLeaks(() => library.batchLoss(library.nca(), x, classes));
  });

  it('says what is wrong', () => {
    const [x, y] = [tf.tensor2d([[0.1, 0.2]]), tf.tensor2d([[1, 0]])];
    const spec = library.multiSimilarity();
    expect(() => library.genericLoss(spec, tf.tensor1d([1]), y)).toThrow(new RangeError('genericLoss: similarities must have shape [anchors, examples], got [1]'));
    expect(() => library.genericLoss(spec, x, tf.tensor2d([[1]]))).toThrow(new RangeError('genericLoss: labels must have shape [1, 2], got [1, 1]'));
    expect(() => library.genericLoss(spec, x, tf.cast(y, 'int32'))).toThrow(new TypeError('genericLoss: labels must be bool or float32, got int32'));
    expect(() => library.genericLoss(spec, x, y, { mask: y })).toThrow(new TypeError('genericLoss: mask must be bool, got float32'));
    expect(() => library.genericLoss(spec, x, y, { over: 'pairs' })).toThrow("genericLoss: over: 'pairs' needs a loss that is a sum over pairs");
    expect(() => library.genericLoss(spec, x, y, { over: 'all' as 'pairs' })).toThrow("genericLoss: over must be 'anchors' or 'pairs', got 'all'");
    expect(() => library.genericLoss(spec, x, y, { reduction: 'max' as 'mean' })).toThrow("genericLoss: reduction must be 'mean', 'avgNonZero', 'sum', 'perAnchor' or a function, got 'max'");
    expect(() => library.multiSimilarity({ beta: 0 })).toThrow(new RangeError('multiSimilarity: beta must be > 0 and finite, got 0'));
    expect(() => library.contrastive({ positiveMargin: 1 })).toThrow("contrastive: positiveMargin is for form: 'distance', got 1");
    expect(() => library.nca({ denominator: 'positives' as 'all' })).toThrow("nca: denominator must be 'negatives' or 'all', got 'positives'");
    expect(() => library.batchLoss(spec, x, tf.tensor1d([1, 2], 'int32'))).toThrow(new RangeError('batchLoss: labels must have shape [1], got [2]'));
  });
});

describe('in float64', () => {
  let oracle: Library;
  beforeAll(async () => { oracle = await float64Library(); });

  const gradient = (loss: (o: Library, x: tf.Tensor) => tf.Tensor, at: readonly number[][]): Float64Array =>
    oracle.tf.tidy(() => Float64Array.from(oracle.tf.grad((x) => loss(oracle, x))(oracle.tf.tensor2d(at as number[][])).dataSync()) as never);

  it.each(cases)('%s has the gradient of its definition in similarities', (_, one) => {
    const x = measureOf(one);
    const [wanted] = finiteDifferences((flat) => definition(one, rowsOf(flat, examples), labels, mask), [x.flat()]);
    near(gradient((o, z) => o.genericLoss(one.spec(o), z, o.tf.tensor2d(labels), { mask: o.tf.tensor2d(mask.map((row) => row.map(Number)), undefined, 'bool') }), x), wanted!, 1e-8);
  });

  it.each(cases)('%s has the gradient of its definition in embeddings', (_, one) => {
    const [rows, classes] = [drawnRows(12, 5, 3), [0, 1, 0, 1, 1]];
    const measure = one.spec(here).measure === 'distance' ? distance : cosine;
    const same = classes.map((c) => classes.map((d) => Number(c === d)));
    const self = classes.map((__, a) => classes.map((___, j) => j !== a));
    const [wanted] = finiteDifferences((flat) => {
      const e = rowsOf(flat, 3);
      return definition(one, e.map((a) => e.map((b) => measure(a, b))), same, self);
    }, [rows.flat()]);
    near(gradient((o, e) => o.batchLoss(one.spec(o), e, o.tf.tensor1d(classes, 'int32')).loss, rows), wanted!, 1e-7);
  });
});

