import { renderSvg } from '@mixwell/plots';
import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { retrievalMetrics } from '../retrieval/retrieval-metrics.ts';
import { embeddingPlaneSpec } from './embedding-plane-spec.ts';
import { principalPlane } from './principal-plane.ts';
import { recallCurvesSpec } from './recall-curves-spec.ts';
import type { VegaLiteSpec } from './vega-lite-spec.ts';

const rng = createRng(6);
const labels = Array.from({ length: 60 }, (_, i) => i % 3);
const embeddings = labels.map((label) => Array.from({ length: 5 }, (_, c) => (c === label ? 3 : 0) + 0.3 * normal(rng)));

describe('principalPlane', () => {
  it('finds the directions along which rows vary most, and their shares', () => {
    const rows = Array.from({ length: 400 }, () => { const [a, b] = [3 * normal(rng), normal(rng)]; return [0.6 * a - 0.8 * b + 7, 0.8 * a + 0.6 * b, 0.1 * normal(rng)]; });
    const { explained, project } = principalPlane(rows, { normalize: false });
    expect(explained[0]).toBeCloseTo(0.9, 1);
    expect(explained[1]).toBeCloseTo(0.1, 1);
    const { data } = project([[7 + 6, 8, 0], [7, 0, 0]]);
    expect(data[0]! - data[2]!).toBeCloseTo(10, 1); // along the first axis, towards its largest component
    expect(data[1]! - data[3]!).toBeCloseTo(0, 0);
  });

  it('keeps distances of rows that lie in a plane', () => {
    const rows = Array.from({ length: 20 }, () => { const [a, b] = [normal(rng), normal(rng)]; return [a, b, a + b, 2 * a - b, 5]; });
    const { data } = principalPlane(rows, { normalize: false }).project(rows);
    for (let i = 1; i < 20; i++) {
      expect(Math.hypot(data[2 * i]! - data[0]!, data[2 * i + 1]! - data[1]!)).toBeCloseTo(Math.hypot(...rows[i]!.map((value, c) => value - rows[0]![c]!)), 5);
    }
  });

  it('refuses one row, and rows that are all the same', () => {
    expect(() => principalPlane([[1, 2]])).toThrow('principalPlane: embeddings must have at least 2 rows and columns, got [1, 2]');
    expect(() => principalPlane([[1, 2], [2, 4]])).toThrow('principalPlane: embeddings must not be all the same');
    expect(() => principalPlane(embeddings).project([[1, 2]])).toThrow('principalPlane: embeddings must have shape [rows, 5], got [1, 2]');
  });
});

const layersOf = (spec: VegaLiteSpec) => (spec['layer'] as { data: { values: { x: number; y: number; class?: string; lambda?: number }[] } }[]).map(({ data }) => data.values);

describe('embeddingPlaneSpec', () => {
  const mixed = { embeddings: [embeddings[0]!.map((value, c) => (value + embeddings[1]![c]!) / 2)], lambda: Float32Array.of(0.5) };

  it('has a point for each row and each mixture, a mixture between what it is made of', () => {
    const [points, between] = layersOf(embeddingPlaneSpec({ embeddings, labels, mixed, normalize: false }));
    expect(points!.length).toBe(60);
    expect(new Set(points!.map((point) => point.class))).toEqual(new Set(['0', '1', '2']));
    expect(between).toEqual([{ x: expect.closeTo((points![0]!.x + points![1]!.x) / 2, 5) as number, y: expect.closeTo((points![0]!.y + points![1]!.y) / 2, 5) as number, lambda: 0.5 }]);
  });

  it('renders, with names and title, and without mixtures too', async () => {
    const svg = await renderSvg(embeddingPlaneSpec({ embeddings, labels, mixed, classNames: { 0: 'heron', 2: 'wren' }, title: 'A title' }));
    for (const text of ['heron', '1', 'wren', 'A title', 'label λ of mixtures']) expect(svg).toContain(`>${text}</text>`);
    expect(await renderSvg(embeddingPlaneSpec({ embeddings, labels }))).not.toContain('mixtures');
  });

  it('refuses λ and labels that do not fit', () => {
    expect(() => embeddingPlaneSpec({ embeddings, labels, mixed: { ...mixed, lambda: [0.5, 0.5] } })).toThrow('embeddingPlaneSpec: mixed.lambda must have shape [1], got [2]');
    expect(() => embeddingPlaneSpec({ embeddings, labels, mixed: { ...mixed, lambda: [2] } })).toThrow('embeddingPlaneSpec: mixed.lambda[0] must be in [0, 1], got 2');
    expect(() => embeddingPlaneSpec({ embeddings, labels: [1] })).toThrow('embeddingPlaneSpec: labels must have shape [60], got [1]');
  });
});

describe('recallCurvesSpec', () => {
  it('draws what retrievalMetrics gives, of one run or several seeds', async () => {
    const measured = retrievalMetrics(hostTensor('float32', [60, 5], Float32Array.from(embeddings.flat())), labels);
    const spec = recallCurvesSpec({ clean: measured, mixed: [measured, measured] }, { title: 'Digits' });
    expect((spec['data'] as { values: object[] }).values.length).toBe(12);
    const svg = await renderSvg(spec);
    for (const text of ['clean', 'mixed', 'Digits', 'Recall@K', '8']) expect(svg).toContain(`>${text}</text>`);
  });

  it('refuses nothing to draw', () => {
    expect(() => recallCurvesSpec({})).toThrow('recallCurvesSpec: runs must have at least one run, got none');
    expect(() => recallCurvesSpec({ a: { recallAt: {} } })).toThrow("recallCurvesSpec: runs['a'] must have recallAt with at least one K, as retrievalMetrics gives it, got none");
    expect(() => recallCurvesSpec({ a: [{ recallAt: { 1: 0.5 } }, { 1: 0.5 } as never] })).toThrow("recallCurvesSpec: runs['a'][1] must have recallAt with at least one K, as retrievalMetrics gives it, got no recallAt");
    expect(() => recallCurvesSpec({ a: { recallAt: { 1: 50 } } })).toThrow("recallCurvesSpec: runs['a'].recallAt[1] must be in [0, 1], got 50");
  });
});
