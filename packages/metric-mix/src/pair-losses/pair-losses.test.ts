// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import '@mixwell/autodiff';
import { expectNoLeaks, finiteDifferences, jacobianDifference } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import * as all from '../tf.ts';
import { float64Library, type Float64Library, type Library, near } from '../fixtures.ts';
import { type Batch, batchOf, definitions, examplesOf, losses, pairsOf, rowsOf, withConstants, withinBatch } from './fixtures.ts';


const names = Object.keys(losses);
const here: Library = { tf, ...all };
const dimensions = 4;
const flat = ({ rows }: Batch): Float64Array => Float64Array.from(rows.flat());
function valueOf(o: Library, name: string, batch: Batch, others?: Batch): number {
  return o.tf.tidy(() => {
    const { embeddings, labels } = examplesOf(o, batch);
    return losses[name]!(o, embeddings, labels as tf.Tensor1D, others && examplesOf(o, others)).dataSync()[0]!;
  });
}

function gradientOf(o: Library, name: string, batch: Batch): Float64Array {
  const { embeddings, labels } = examplesOf(o, batch);
  const gradient = o.tf.grad((e: tf.Tensor) => losses[name]!(o, e, labels as tf.Tensor1D))(embeddings);
  const values = Float64Array.from(gradient.dataSync());
  o.tf.dispose([embeddings, labels, gradient]);
  return values;
}

/** The softplus of the CPU back end is made for float32. */
const softplusError = 1e-7;

const batches = [batchOf(1, 9, dimensions, 3), batchOf(2, 12, dimensions, 4), batchOf(3, 7, dimensions, 2)];
const memory = batchOf(9, 15, dimensions, 4);

describe('pair losses in float64', () => {
  let o: Float64Library;
  beforeAll(async () => { o = await float64Library(); });

  it.each(names)('%s is its definition, on several batches', (name) => {
    for (const batch of batches) near([valueOf(o, name, batch)], [definitions[name]!(pairsOf(batch))], softplusError);
  });

  it.each(names.filter((name) => !withinBatch.includes(name)))('%s is its definition against other examples', (name) => {
    for (const batch of batches.slice(1)) near([valueOf(o, name, batch, memory)], [definitions[name]!(pairsOf(batch, memory))], softplusError);
  });

  it.each(names.filter((name) => !withConstants.includes(name)))('%s has the gradient of its definition, by finite differences', (name) => {
    for (const batch of batches.slice(0, 1)) {
      const wanted = finiteDifferences((e) => definitions[name]!(pairsOf({ ...batch, rows: rowsOf(e, dimensions) })), [flat(batch)], { step: 1e-5 })[0]!;
      near(gradientOf(o, name, batch), wanted, 1e-7);
    }
  });

  it.each(names.filter((name) => !withConstants.includes(name)))('%s has second derivatives that are those of its gradient', (name) => {
    const [batch] = batches as [Batch];
    const direction = Float64Array.from(flat(batch), (_, i) => Math.sin(1 + i));
    const { embeddings, labels } = examplesOf(o, batch);
    const got = o.hvp((e: tf.Tensor) => losses[name]!(o, e, labels as tf.Tensor1D) as tf.Scalar, o.tf.tensor(Array.from(direction), embeddings.shape))(embeddings);
    const [wanted] = jacobianDifference((e) => [gradientOf(o, name, { ...batch, rows: rowsOf(e, dimensions) })], [flat(batch)], [direction], { step: 1e-5 });
    near(got.dataSync(), wanted!, 1e-6);
  });
});

describe('triplets of a larger batch', () => {
  beforeAll(async () => { await tf.setBackend(plainAnd(BACKEND_NAME).at(-1)!); });

  it.each(['triplet', 'triplet, smooth and swap by anchor'])('are in several blocks what they are in plain loops: %s', (name) => {
    // 50 anchors of 300 examples: blocks of 46 anchors and of 4
    const [batch, gallery] = [batchOf(11, 50, dimensions, 30), batchOf(12, 300, dimensions, 30)];
    near([valueOf(here, name, batch, gallery)], [definitions[name]!(pairsOf(batch, gallery))], 2e-6);
    const { embeddings, labels } = examplesOf(here, batch);
    const gradient = (loss: (e: tf.Tensor) => tf.Tensor): Float32Array => tf.grad(loss)(embeddings).dataSync<'float32'>();
    const others = examplesOf(here, gallery);
    const options = name === 'triplet' ? {} : { smooth: true, swap: true, reduction: 'perAnchor' } as const;
    const inOnePiece = gradient((e) => all.tripletMarginLoss(e, labels as tf.Tensor1D, { ...options, others, maxPositives: 40 }));
    near(gradient((e) => losses[name]!(here, e, labels as tf.Tensor1D, others)), inOnePiece, 1e-6);
  });
});

describe('pair losses', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });
  const batch = batches[1]!;
  const { embeddings, labels } = examplesOf(here, batch);
  const y = labels as tf.Tensor1D;

  it('are NaN where embeddings are: training that has diverged is seen', () => {
    const broken = tf.where(tf.equal(tf.expandDims(tf.range(0, 12, 1, 'int32'), 1), 3), NaN, embeddings);
    for (const name of names) expect([name, losses[name]!(here, broken, y).dataSync()[0]]).toEqual([name, NaN]);
  });

  it('leave nothing behind', async () => {
    for (const name of names.filter((one) => one !== 'margin, b by class')) await expectNoLeaks(() => losses[name]!(here, embeddings, y), { times: 2 });
  });

  it('do not depend on the order of the batch', () => {
    const reversed = { rows: batch.rows.toReversed(), labels: batch.labels.toReversed() };
    for (const name of names.filter((one) => one !== 'N-pairs')) near([valueOf(here, name, reversed)], [valueOf(here, name, batch)], 2e-6);
  });

  it('take the pairs that are given, whatever the labels', () => {
    const pairs = all.pairMasks(y);
    for (const loss of [all.contrastiveLoss, all.tripletMarginLoss, all.marginLoss, all.liftedStructureLoss, all.generalizedLiftedStructureLoss, all.ntXentLoss, all.supConLoss, all.multiSimilarityLoss, all.ncaLoss, all.circleLoss]) {
      near(loss(embeddings, tf.zerosLike(y), { pairs }).dataSync(), loss(embeddings, y).dataSync(), 1e-6);
    }
  });

  it('do not look at places of a memory that are empty', () => {
    const full = examplesOf(here, memory);
    const filled = tf.tensor1d(memory.labels.map((_, i) => i < 11), 'bool');
    const shorter = examplesOf(here, { rows: memory.rows.slice(0, 11), labels: memory.labels.slice(0, 11) });
    for (const name of names.filter((one) => !withinBatch.includes(one))) {
      near(losses[name]!(here, embeddings, y, { ...full, filled }).dataSync(), losses[name]!(here, embeddings, y, shorter).dataSync(), 1e-6);
    }
  });

  it('triplets are the same in blocks, sorted, capped at all positives, and listed', () => {
    const lists = pairsOf(batch).anchors.flatMap(({ a, positives, negatives }) => positives.flatMap((p) => negatives.map((n) => [a, p, n] as const)));
    const column = (k: 0 | 1 | 2): tf.Tensor1D => tf.tensor1d(lists.map((one) => one[k]), 'int32');
    const triplets = { anchors: column(0), positives: column(1), negatives: column(2), valid: tf.ones([lists.length], 'bool') as tf.Tensor1D };
    for (const options of [{}, { swap: true }, { smooth: true }, { swap: true, smooth: true, margin: 0.2 }] as const) {
      const wanted = all.tripletMarginLossParts(embeddings, y, options);
      for (const some of [{ triplets }, { maxPositives: 11 }]) {
        const got = all.tripletMarginLossParts(embeddings, y, { ...options, ...some });
        for (const part of ['loss', 'active', 'triplets'] as const) near(got[part].dataSync(), wanted[part].dataSync(), 1e-6);
      }
    }
    near(all.marginLoss(embeddings, y, { triplets }).dataSync(), all.marginLoss(embeddings, y).dataSync(), 1e-6);
  });

  it('triplets of at most one positive are those of the first', () => {
    const first = pairsOf(batch);
    const anchors = first.anchors.map((a) => ({ ...a, positives: a.positives.slice(0, 1) }));
    near(all.tripletMarginLoss(embeddings, y, { maxPositives: 1 }).dataSync(), [definitions['triplet']!({ ...first, anchors })], 1e-6);
  });

  it('say how many terms are active: none where all margins are met', () => {
    const apart = tf.tensor2d([[1, 0], [1, 0.01], [-1, 0], [-1, 0.01]]);
    const parts = all.tripletMarginLossParts(apart, tf.tensor1d([0, 0, 1, 1], 'int32'));
    expect([parts.loss, parts.active, parts.triplets].map((x) => x.dataSync()[0])).toEqual([0, 0, 8]);
    // gaps of exactly the margin are met
    const poles = tf.tensor2d([[1, 0], [1, 0], [-1, 0], [-1, 0]]);
    expect(all.tripletMarginLossParts(poles, tf.tensor1d([0, 0, 1, 1], 'int32'), { margin: 2 }).active.dataSync()[0]).toBe(0);
  });

  it('refuse what does not fit', () => {
    const short = tf.tensor1d([0, 1], 'int32');
    expect(() => all.ntXentLoss(embeddings, short)).toThrow(new RangeError('ntXentLoss: labels must have shape [12], got [2]'));
    expect(() => all.supConLoss(embeddings, tf.cast(y, 'float32'))).toThrow(new TypeError('supConLoss: labels must be int32, got float32'));
    expect(() => all.circleLoss(tf.zeros([12]) as never, y)).toThrow(new RangeError('circleLoss: embeddings must have shape [n, dimensions], got [12]'));
    expect(() => all.ncaLoss(embeddings, y, { denominator: 'none' as never })).toThrow("ncaLoss: denominator must be 'all' or 'negatives', got 'none'");
    expect(() => all.ntXentLoss(embeddings, y, { temperature: 0 })).toThrow(new RangeError('ntXentLoss: temperature must be > 0 and finite, got 0'));
    expect(() => all.multiSimilarityLoss(embeddings, y, { reduction: 'max' as never })).toThrow("got 'max'");
    expect(() => all.tripletMarginLoss(embeddings, y, { reduction: all.perAnchor() })).toThrow('reduction must be a name unless maxPositives or triplets are given, got a function');
    expect(() => all.tripletMarginLoss(embeddings, y, { maxPositives: 0 })).toThrow(new RangeError('tripletMarginLoss: maxPositives must be a whole number >= 1, got 0'));
    expect(() => all.tripletMarginTerms(embeddings, y, {} as never)).toThrow('triplets or maxPositives must be given, got neither');
    expect(() => all.marginLoss(embeddings, y, { beta: tf.zeros([2, 2]) })).toThrow(new RangeError('marginLoss: beta must have shape [] or [classes], got [2, 2]'));
    expect(() => all.marginLoss(embeddings, y, { nu: -1 })).toThrow(new RangeError('marginLoss: nu must be >= 0 and finite, got -1'));
    expect(() => all.contrastiveLoss(embeddings, y, { pairs: { positive: tf.zeros([2, 2], 'bool'), negative: tf.zeros([2, 2], 'bool') } })).toThrow(new RangeError('contrastiveLoss: pairs.positive must have shape [12, 12], got [2, 2]'));
    expect(() => all.contrastiveLoss(embeddings, y, { others: { embeddings: tf.zeros([3, 5]), labels: short } })).toThrow('contrastiveLoss: embeddings and others.embeddings must have one width, got [12, 4] and [3, 5]');
    expect(() => all.ntXentLoss([[1, 2]] as never, y)).toThrow(new TypeError('ntXentLoss: embeddings must be a tensor, got an array'));
    expect(() => all.tripletMarginLoss(embeddings, y, { mine: 'semihard' as never })).toThrow(new TypeError('tripletMarginLoss: mine must be what tripletMarginMiner gives, or { above, upTo }, got string'));
    const triplets = { anchors: short, positives: short, negatives: short, valid: tf.zeros([3], 'bool') as tf.Tensor1D };
    expect(() => all.marginLoss(embeddings, y, { triplets })).toThrow(new RangeError('marginLoss: triplets.valid must have shape [2], got [3]'));
    expect(() => all.tripletMarginLoss(embeddings, y, { triplets, pairs: all.pairMasks(y) })).toThrow('tripletMarginLoss: triplets must be given without pairs and mine, got both');
  });
});
