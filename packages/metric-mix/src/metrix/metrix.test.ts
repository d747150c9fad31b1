// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import { compile, valueAndGrad } from '@mixwell/autodiff';
import { createRng } from '@mixwell/tensor';
import { expectNoLeaks, finiteDifferences } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { cosine, distance, drawnRows, float64Library, type Library, near, unit } from '../fixtures.ts';
import { anchorLoss, meanLoss, type SpecCase, specCases } from '../generic/fixtures.ts';
import { drawLambda, type MixPairs, mixPairs, msPositivityThreshold } from '../index.ts';
import * as library from '../tf.ts';

const { batchLoss, lowerPairs, metrixEmbeddingLoss, metrixLoss, metrixObjective, mixEmbeddings, mixRows, multiSimilarity } = library;
const here: Library = { tf, ...library };
const cases = Object.entries(specCases);
const classes = [0, 1, 0, 2, 1, 0];
const rows = drawnRows(1, 6, 4);

const rowsOf = (flat: ArrayLike<number>, width: number): number[][] => Array.from({ length: flat.length / width }, (_, i) => Array.from({ length: width }, (__, k) => flat[i * width + k]!));

/** The mean of the mixed losses by their definition. `lambda` is of each pair. */
function definition(one: SpecCase, e: readonly (readonly number[])[], pairs: MixPairs, lambda: ArrayLike<number>, normalize = true): number {
  const measure = one.spec(here).measure === 'distance' ? distance : cosine;
  const relation = { 'positive-negative': [1, 0], 'anchor-negative': [1, 0], 'positive-positive': [1, 1], 'negative-negative': [0, 0] }[pairs.kind];
  const before = (row: readonly number[]): readonly number[] => (normalize ? unit(row) : row);
  return meanLoss(e.map((anchor, a) => {
    const mixtures = Array.from(pairs.anchor, (_, i) => i).filter((i) => pairs.anchor[i] === a);
    return anchorLoss(one, mixtures.map((i) => {
      const [u, v, l] = [before(e[pairs.first[i]!]!), before(e[pairs.second[i]!]!), lambda[i]!];
      return { x: measure(anchor, u.map((x, k) => l * x + (1 - l) * v[k]!)), y: l * relation![0]! + (1 - l) * relation![1]! };
    }));
  }));
}

const drawn = (mode: MixPairs['kind'], seed = 1, y: readonly number[] = classes): MixPairs => mixPairs(y, { mode, rng: createRng(seed) });

/** λ of each pair at its place. */
function atPlaces({ anchor }: MixPairs, lambda: ArrayLike<number>, places: number, anchors: number): Float32Array {
  const laid = new Float32Array(anchors * places).fill(0.5);
  const counts = new Int32Array(anchors);
  anchor.forEach((a, i) => { laid[a * places + counts[a]!++] = lambda[i]!; });
  return laid;
}

describe.each(plainAnd(BACKEND_NAME))('on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it.each(cases)('the mixed loss of %s is what its definition says, with one λ and with one for each pair', (_, one) => {
    for (const [mode, perPair, normalizeBeforeMixing] of [['positive-negative', true, true], ['anchor-negative', false, false], ['positive-positive', true, false], ['negative-negative', false, true]] as const) {
      const pairs = drawn(mode);
      const lambdas = drawLambda(createRng(5), pairs.anchor.length, { per: perPair ? 'pair' : 'batch' });
      tf.tidy(() => {
        const lowered = lowerPairs(pairs, { anchors: 6, perAnchor: 7 });
        const e = tf.tensor2d(rows);
        const lambda = perPair ? tf.tensor2d(atPlaces(pairs, lambdas, 7, 6), [6, 7]) : lambdas[0]!;
        const { mixed } = metrixLoss(one.spec(here), e, mixEmbeddings(e, lowered, lambda, { normalizeBeforeMixing }), lowered, lambda);
        near(mixed.dataSync(), [definition(one, rows, pairs, lambdas, normalizeBeforeMixing)], 5e-6);
      });
    }
  });

  it.each(cases)('of %s it is the clean loss of the chosen examples where λ is 0 or 1, with finite gradients', (_, one) => {
    const pairs = drawn('positive-negative');
    const chosen = pairs.anchor.map((__, i) => (i * 7) % 3 === 0 ? 1 : 0);
    tf.tidy(() => {
      const lowered = lowerPairs(pairs, { anchors: 6 });
      const lambda = tf.tensor1d(atPlaces(pairs, chosen, lowered.valid.shape[1], 6));
      const { aux, grads } = valueAndGrad((e: tf.Tensor) => metrixEmbeddingLoss(one.spec(here), e, e, lowered, lambda))(tf.tensor2d(rows));
      const measure = one.spec(here).measure === 'distance' ? distance : cosine;
      const clean = meanLoss(rows.map((anchor, a) => anchorLoss(one, Array.from(pairs.anchor, (__, i) => i).filter((i) => pairs.anchor[i] === a).map((i) => {
        const picked = chosen[i] === 1 ? pairs.first[i]! : pairs.second[i]!;
        return { x: measure(anchor, rows[picked]!), y: Number(classes[picked] === classes[a]) };
      }))));
      near(aux.mixed.dataSync(), [clean], 5e-6);
      for (const g of grads.dataSync()) expect(Number.isFinite(g)).toBe(true);
    });
  });

  it.each(cases)('metrixEmbeddingLoss of %s is metrixLoss of mixtures, and so is its gradient; also with proxies as anchors', (_, one) => {
    tf.tidy(() => {
      const pairs = lowerPairs(mixPairs(classes, { anchorLabels: [0, 1, 2], rng: createRng(2) }), { anchors: 3 });
      const [e, proxies] = [tf.tensor2d(rows), tf.tensor2d(drawnRows(3, 3, 4))];
      const lambda = tf.tensor1d(drawLambda(createRng(1), pairs.valid.size, { per: 'pair' }));
      const both = [
        (p: tf.Tensor, x: tf.Tensor) => metrixEmbeddingLoss(one.spec(here), p, x, pairs, lambda),
        (p: tf.Tensor, x: tf.Tensor) => metrixLoss(one.spec(here), p, mixEmbeddings(x, pairs, lambda), pairs, lambda),
      ].map((loss) => valueAndGrad(loss, { wrt: [0, 1] })(proxies, e));
      const [fast, slow] = both.map(({ value, grads, aux }) => [value, aux.active, aux.perAnchor, ...grads].flatMap((x) => Array.from(x.dataSync())));
      near(fast!, slow!, 1e-5);
    });
  });

  it('zero vectors of opposite rows at λ = 1/2, and rows of zeros, have similarity 0 and finite gradients', () => {
    tf.tidy(() => {
      const e = tf.tensor2d([[1, 0], [0, 1], [0, -1], [0, 0]]);
      const pairs = lowerPairs({ kind: 'positive-negative', anchor: Int32Array.of(0, 0, 3), first: Int32Array.of(1, 3, 1), second: Int32Array.of(2, 3, 0) }, { anchors: 4 });
      for (const one of [(x: tf.Tensor) => metrixEmbeddingLoss(multiSimilarity(), x, x, pairs, 0.5), (x: tf.Tensor) => metrixLoss(multiSimilarity(), x, mixEmbeddings(x, pairs, 0.5), pairs, 0.5)]) {
        const { aux, grads } = valueAndGrad(one)(e);
        const at0 = (n: number): number => Math.log1p(n * 0.5 * Math.exp(18 * 0.77)) / 18 + Math.log1p(n * 0.5 * Math.exp(-75 * 0.77)) / 75;
        near(aux.perAnchor.dataSync(), [at0(2), 0, 0, at0(1)], 2e-6);
        for (const g of grads.dataSync()) expect(Number.isFinite(g)).toBe(true);
      }
    });
  });

  it('degenerate batches have a mixed loss of 0, connected to the graph', () => {
    const step = compile((e: tf.Tensor, pairs: library.LoweredPairs) => cases.flatMap(([, one]) => {
      const { value, aux, grads } = valueAndGrad((x: tf.Tensor) => metrixEmbeddingLoss(one.spec(here), x, x, pairs, 0.4))(e);
      return [value, aux.mixed, aux.active, grads];
    }));
    for (const y of [[1, 1, 1], [4]]) {
      tf.tidy(() => {
        const pairs = lowerPairs(mixPairs(y, { rng: createRng(1) }), { anchors: y.length, perAnchor: 3 });
        const results = step(tf.tensor2d(drawnRows(1, y.length, 3)), pairs).map((x) => Array.from(x.dataSync()));
        expect(results).toEqual(results.map((values) => values.map(() => 0)));
      });
    }
  });

  it('does not change where the batch is permuted', () => {
    const order = [3, 0, 5, 1, 4, 2]; // new row i is old row order[i]
    const pairs = drawn('positive-negative');
    const moved: MixPairs = { ...pairs, anchor: pairs.anchor.map((a) => order.indexOf(a)), first: pairs.first.map((a) => order.indexOf(a)), second: pairs.second.map((a) => order.indexOf(a)) };
    tf.tidy(() => {
      const run = (r: number[][], p: MixPairs): number[][] => {
        const lowered = lowerPairs(p, { anchors: 6 });
        const { value, grads } = valueAndGrad((e: tf.Tensor) => metrixEmbeddingLoss(multiSimilarity(), e, e, lowered, 0.35))(tf.tensor2d(r));
        return [[value.dataSync()[0]!], ...(grads.arraySync() as number[][])];
      };
      const [plain, permuted] = [run(rows, pairs), run(order.map((i) => rows[i]!), moved)];
      near(permuted.flat(), [plain[0]!, ...order.map((i) => plain[i + 1]!)].flat(), 1e-5);
    });
  });

  it('a compiled step is what it is eagerly, and one serves every kind of pairs, λ and batch', () => {
    const objective = vi.fn((e: tf.Tensor, batch: { pairs: library.LoweredPairs; lambda: tf.Tensor; labels: tf.Tensor1D }) => metrixEmbeddingLoss(multiSimilarity(), e, e, batch.pairs, batch.lambda, {
      clean: batchLoss(multiSimilarity(), e, batch.labels).loss,
    }));
    const run = (e: tf.Tensor, batch: Parameters<typeof objective>[1]): tf.Tensor[] => {
      const { value, grads, aux } = valueAndGrad(objective)(e, batch);
      return [value, grads, aux.mixed, aux.active];
    };
    const compiled = compile(run);
    tf.tidy(() => {
      const e = tf.tensor2d(rows);
      const wanted: tf.TypedArray[] = [];
      const got: tf.TypedArray[] = [];
      const batches = ([['positive-negative', 0.3, classes], ['anchor-negative', 0.9, classes], ['positive-negative', 0.5, [0, 0, 0, 0, 0, 0]], ['negative-negative', 1, [0, 1, 2, 3, 4, 5]]] as const).map(([mode, lambda, y]) => ({
        pairs: lowerPairs(mixPairs(y, { mode, rng: createRng(4), maxPerAnchor: 4 }), { anchors: 6, perAnchor: 4 }), lambda: tf.scalar(lambda), labels: tf.tensor1d([...y], 'int32'),
      }));
      for (const batch of batches) wanted.push(...run(e, batch).map((x) => x.dataSync()));
      objective.mockClear();
      for (const batch of batches) got.push(...compiled(e, batch).map((x) => x.dataSync()));
      wanted.forEach((values, i) => near(got[i]!, values, 2e-6));
      if (backEnd === BACKEND_NAME) expect(objective).toHaveBeenCalledTimes(1);
    });
  });

  it('an objective mixes inputs, features or embeddings of a network, and gives its gradients', () => {
    tf.tidy(() => {
      const pairs = lowerPairs(drawn('positive-negative'), { anchors: 6 });
      const params = { first: tf.tensor2d(drawnRows(7, 4, 5)), second: tf.tensor2d(drawnRows(8, 5, 3)) };
      type Params = typeof params;
      const network = { backbone: (p: Params, x: tf.Tensor) => tf.relu(tf.matMul(x as tf.Tensor2D, p.first)), head: (p: Params, x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, p.second) };
      const [x, labels, lambda] = [tf.tensor2d(rows), tf.tensor1d(classes, 'int32'), tf.scalar(0.35)];
      const spec = multiSimilarity({ beta: 3, gamma: 5, m: 0.4 });
      const embed = (p: Params, input: tf.Tensor): tf.Tensor => network.head(p, network.backbone(p, input));
      const mixed = {
        input: (p: Params) => embed(p, mixRows(x, pairs, lambda)),
        feature: (p: Params) => network.head(p, mixRows(network.backbone(p, x), pairs, lambda)),
        embedding: (p: Params) => mixEmbeddings(embed(p, x), pairs, lambda),
      };
      const results = (['input', 'feature', 'embedding'] as const).map((level) => {
        const got = valueAndGrad(metrixObjective(spec, { ...network, level, weight: 0.7 }))(params, { x, labels, pairs, lambda });
        const wanted = valueAndGrad((p: Params) => metrixLoss(spec, embed(p, x), mixed[level](p), pairs, lambda, { weight: 0.7, clean: batchLoss(spec, embed(p, x), labels).loss }))(params);
        for (const name of ['first', 'second'] as const) near(got.grads[name].dataSync(), wanted.grads[name].dataSync(), 1e-5);
        near([got.value.dataSync()[0]!, got.aux.clean.dataSync()[0]! + 0.7 * got.aux.mixed.dataSync()[0]!], [wanted.value.dataSync()[0]!, got.value.dataSync()[0]!], 2e-6);
        expect(got.aux.embeddings.shape).toEqual([6, 3]);
        return got.value.dataSync()[0]!;
      });
      expect(new Set(results.map((value) => value.toFixed(5))).size).toBe(3);
    });
  });

  it('an objective takes proxies as anchors, which learn too', () => {
    tf.tidy(() => {
      const pairs = lowerPairs(mixPairs(classes, { anchorLabels: [0, 1, 2, 3], rng: createRng(1) }), { anchors: 4 });
      const params = { weights: tf.tensor2d(drawnRows(7, 4, 3)), proxies: tf.tensor2d(drawnRows(9, 4, 3)) };
      const spec = library.proxyAnchor();
      const proxyLabels = tf.tensor1d([0, 1, 2, 3], 'int32');
      const objective = metrixObjective<typeof params>(spec, {
        backbone: (_, x) => x, head: (p, x) => tf.matMul(x as tf.Tensor2D, p.weights), anchors: ({ proxies }) => ({ embeddings: proxies, labels: proxyLabels }),
      });
      const { aux, grads } = valueAndGrad(objective)(params, { x: tf.tensor2d(rows), labels: tf.tensor1d(classes, 'int32'), pairs, lambda: tf.scalar(0.6) });
      const e = tf.matMul<tf.Tensor2D>(tf.tensor2d(rows), params.weights).arraySync();
      const proxies = params.proxies.arraySync();
      const clean = meanLoss(proxies.map((p, c) => anchorLoss({ ...specCases['proxyAnchor']!, rho: [(s) => Math.exp(-32 * (s - 0.1)), (s) => Math.exp(32 * (s + 0.1))], sigma: [(x) => Math.log1p(x) / 32, (x) => Math.log1p(x) / 32] },
        e.map((row, i) => ({ x: cosine(p, row), y: Number(classes[i] === c) })))));
      near(aux.clean.dataSync(), [clean], 2e-6);
      expect(aux.perAnchor.dataSync()[3]).toBe(0); // no example of that class, so no mixture
      for (const proxy of grads.proxies.arraySync()) expect(Math.hypot(...proxy)).toBeGreaterThan(1e-3);
    });
  });
});

describe('metrixLoss', () => {
  beforeAll(() => tf.setBackend(plainBackEnd));

  /** The multi-similarity loss of one mixture at similarity s, and its slope. */
  const single = (s: number, lambda: number): { value: number; slope: number } => tf.tidy(() => {
    const { value, grads } = valueAndGrad((x: tf.Tensor) => library.genericLoss(multiSimilarity(), x, tf.tensor2d([[lambda]])))(tf.tensor2d([[s]]));
    return { value: value.dataSync()[0]!, slope: grads.dataSync()[0]! } as never;
  });

  it('of one mixture at s = m is ln(1 + λ) / β + ln(2 − λ) / γ', () => {
    for (const lambda of [0, 0.2, 0.5, 0.9, 1]) expect(single(0.77, lambda).value).toBeCloseTo(Math.log(1 + lambda) / 18 + Math.log(2 - lambda) / 75, 6);
  });

  it('draws a mixture to its anchor up to the threshold of positivity, and away above it', () => {
    for (const lambda of [0.05, 0.3, 0.5, 0.8, 0.99]) {
      const at = msPositivityThreshold(lambda);
      expect(single(at - 0.003, lambda).slope).toBeLessThan(0);
      expect(single(at + 0.003, lambda).slope).toBeGreaterThan(0);
    }
  });

  it('adds weight · mixed to clean', () => {
    tf.tidy(() => {
      const pairs = lowerPairs(drawn('anchor-negative'), { anchors: 6 });
      const e = tf.tensor2d(rows);
      const { loss, clean, mixed } = metrixEmbeddingLoss(multiSimilarity(), e, e, pairs, 0.5, { clean: tf.scalar(2) });
      expect(loss.dataSync()[0]).toBeCloseTo(2 + 0.4 * mixed.dataSync()[0]!, 5);
      expect(clean.dataSync()[0]).toBe(2);
    });
  });

  it('leaves no tensor behind', async () => {
    const [e, pairs] = [tf.tensor2d(rows), lowerPairs(drawn('anchor-negative'), { anchors: 6 })];
    await expectNoLeaks(() => metrixEmbeddingLoss(multiSimilarity(), e, e, pairs, 0.5));
    const mixed = mixEmbeddings(e, pairs, 0.5);
    await expectNoLeaks(() => metrixLoss(multiSimilarity(), e, mixed, pairs, 0.5));
    await expectNoLeaks(() => mixEmbeddings(e, pairs, 0.5));
  });

  it('says what is wrong', () => {
    const pairs = lowerPairs(drawn('anchor-negative'), { anchors: 6, perAnchor: 5 });
    const e = tf.tensor2d(rows);
    const spec = multiSimilarity();
    expect(() => metrixLoss(spec, e, tf.zeros([29, 4]), pairs, 0.5)).toThrow(new RangeError('metrixLoss: mixed must have shape [30, 4], got [29, 4]'));
    expect(() => metrixLoss(spec, tf.zeros([5, 4]), tf.zeros([30, 4]), pairs, 0.5)).toThrow('metrixLoss: anchors must have shape [6, 4], got [5, 4]');
    expect(() => metrixEmbeddingLoss(spec, e, e, pairs, 1.5)).toThrow('metrixEmbeddingLoss: lambda must be in [0, 1], got 1.5');
    expect(() => metrixEmbeddingLoss(spec, e, e, pairs, tf.zeros([4]))).toThrow('metrixEmbeddingLoss: lambda must have shape [], [6, 5] or [30], got [4]');
    expect(() => metrixEmbeddingLoss(spec, e, e, pairs, 0.5, { weight: -1 })).toThrow('metrixEmbeddingLoss: weight must be >= 0 and finite, got -1');
    expect(() => metrixEmbeddingLoss(spec, e, e, pairs, 0.5, { clean: tf.zeros([2]) })).toThrow('metrixEmbeddingLoss: clean must have shape [], got [2]');
    expect(() => lowerPairs(drawn('anchor-negative'), { anchors: 3 })).toThrow('lowerPairs: pairs.anchor must be in [0, 3), got 3');
    expect(() => lowerPairs(drawn('anchor-negative'), { anchors: 6, perAnchor: 4 })).toThrow('lowerPairs: perAnchor must be >= 5, the most pairs of one anchor, got 4');
    expect(() => mixEmbeddings(tf.zeros([4]), pairs, 0.5)).toThrow('mixEmbeddings: embeddings must have shape [n, dimensions], got [4]');
    expect(() => library.maxAvgPoolHead(tf.zeros([1, 2, 2, 3]), tf.zeros([4, 2]))).toThrow('maxAvgPoolHead: weights must have shape [3, 2], got [4, 2]');
    expect(() => metrixObjective(spec, { backbone: (_, x) => x, head: (_, x) => x, level: 'output' as 'input' })).toThrow("metrixObjective: level must be 'input' or 'feature' or 'embedding', got 'output'");
  });
});

describe('in float64 the mixed loss', () => {
  let oracle: Library;
  beforeAll(async () => { oracle = await float64Library(); });

  it.each(cases)('of %s has the gradient of its definition', (_, one) => {
    const pairs = drawn('positive-negative', 3);
    const lambdas = Float64Array.from(drawLambda(createRng(2), pairs.anchor.length, { per: 'pair' }));
    const lowered = oracle.lowerPairs(pairs, { anchors: 6 });
    const lambda = oracle.tf.tensor1d(Float64Array.from(atPlaces(pairs, lambdas, lowered.valid.shape[1], 6)) as never);
    const [wanted] = finiteDifferences((flat) => definition(one, rowsOf(flat, 4), pairs, lambdas), [rows.flat()]);
    for (const loss of [(e: tf.Tensor) => oracle.metrixEmbeddingLoss(one.spec(oracle), e, e, lowered, lambda).mixed, (e: tf.Tensor) => oracle.metrixLoss(one.spec(oracle), e, oracle.mixEmbeddings(e, lowered, lambda), lowered, lambda).mixed]) {
      near(oracle.tf.grad(loss)(oracle.tf.tensor2d(rows)).dataSync(), wanted!, 1e-7);
    }
  });
});
