import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createRng, integer, normal } from '@mixwell/tensor';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { nearestNeighbours } from '../retrieval/nearest-neighbours.ts';
import { retrievalMetrics } from '../retrieval/retrieval-metrics.ts';
import { nearestNeighboursInThreads, retrievalMetricsInThreads } from './in-threads.ts';
import { rangeOf } from './search-part.ts';

const { programs } = vi.hoisted(() => ({ programs: { folder: '' } }));
vi.mock('./worker-url.ts', () => ({ get workerUrl() { return pathToFileURL(join(programs.folder, 'search-worker.js')); } }));

beforeAll(async () => {
  programs.folder = mkdtempSync(join(tmpdir(), 'mixwell-search-'));
  writeFileSync(join(programs.folder, 'package.json'), '{"type":"module"}');
  const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  await build({
    entryPoints: [source('../search-worker.ts')], outfile: join(programs.folder, 'search-worker.js'), bundle: true, platform: 'node', format: 'esm', logLevel: 'silent',
    alias: { '@mixwell/tensor': source('../../../tensor/src/index.ts') },
  });
});
afterAll(() => rmSync(programs.folder, { recursive: true, force: true }));

const rng = createRng(4);
const draw = (rows: number, columns: number) => ({ data: Float32Array.from({ length: rows * columns }, () => normal(rng)), shape: [rows, columns] });
const rows = 1540; // enough for three threads
const embeddings = draw(rows, 12);
const labels = Array.from({ length: rows }, () => integer(rng, 0, 40));

describe('searches in threads', () => {
  it('give the same neighbours, of the rows themselves and of a gallery', async () => {
    for (const options of [{ k: 7, threads: 3 }, { k: 5, normalize: false, gallery: draw(300, 12), threads: 2 }, { k: 1, threads: 1 }]) {
      expect(await nearestNeighboursInThreads(embeddings, options)).toEqual(nearestNeighbours(embeddings, options));
    }
  });

  it('give the same measures, and tell how far they are', async () => {
    const gallery = { embeddings: draw(500, 12), labels: Array.from({ length: 500 }, () => integer(rng, 0, 45)) };
    for (const options of [{ recallRule: 'inShop' as const, averagePerClass: true }, { gallery, emptyQueries: 'exclude' as const, fullRanking: true }]) {
      const shares: number[] = [];
      const got = await retrievalMetricsInThreads(embeddings, labels, { ...options, threads: 2, onProgress: (share) => shares.push(share) });
      expect(got).toEqual(retrievalMetrics(embeddings, labels, options));
      expect(shares.at(-1)).toBe(1);
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    }
  });

  it('refuse what cannot be measured, by name, before a thread starts', async () => {
    await expect(retrievalMetricsInThreads(embeddings, labels, { recallAt: [rows] })).rejects.toThrow('retrievalMetricsInThreads: recallAt[0] must be a whole number from 1 to 1539, the rows that can be found, got 1540');
    await expect(nearestNeighboursInThreads(embeddings, { k: 1, threads: 0 })).rejects.toThrow('nearestNeighboursInThreads: threads must be a whole number >= 1, got 0');
  });
});

describe('rangeOf', () => {
  it('covers all queries once, in whole blocks', () => {
    for (const [parts, count] of [[1, 1], [2, 64], [3, 1000], [7, 20_001]] as const) {
      const ranges = Array.from({ length: parts }, (_, part) => rangeOf(part, parts, count));
      expect(ranges[0]!.start).toBe(0);
      expect(ranges.at(-1)!.end).toBe(count);
      for (const [i, { start }] of ranges.entries()) {
        expect(start % 64 === 0 || start === count).toBe(true);
        if (i > 0) expect(start).toBe(ranges[i - 1]!.end);
      }
    }
  });
});
