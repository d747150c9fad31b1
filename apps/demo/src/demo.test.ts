import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnnx } from '@mixwell/tfjs-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoOutcome, runDemo } from './demo.ts';
import { writeSquares } from './fixtures.ts';
import type { DemoOptions } from './options.ts';

const root = mkdtempSync(join(tmpdir(), 'mixwell-demo-'));
afterAll(() => rmSync(root, { recursive: true }));

const dataDir = writeSquares(join(root, 'data'));
const optionsFor = (out: string, changes: Partial<DemoOptions> = {}): DemoOptions =>
  ({ data: 'mnist', dataDir, epochs: 3, seed: 5, out: join(root, out), batchSize: 16, width: 8, learningRate: 0.02, ...changes });

const written: string[] = [];
const stream = { write: (text: string) => written.push(text) };
const run = (options: DemoOptions): Promise<DemoOutcome> => runDemo(options, stream);
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

describe('runDemo', () => {
  let outcome: DemoOutcome;
  beforeAll(async () => {
    outcome = await run(optionsFor('first'));
  });

  it('trains three networks that learn, from the same number of steps', () => {
    const { runs } = outcome.results;
    expect(runs.map(({ name }) => name)).toEqual(['none', 'mixup', 'cutmix']);
    expect(new Set(runs.map(({ steps }) => steps)).size).toBe(1);
    for (const { name, test, trainLoss, validationNll } of runs) {
      expect(test.before.accuracy, name).toBeGreaterThan(0.5);
      expect(trainLoss.at(-1)!.value, name).toBeLessThan(trainLoss[0]!.value);
      expect(validationNll, name).toHaveLength(3);
    }
  });

  it('calibrates on validation images: their NLL never rises', () => {
    for (const { validation } of outcome.results.runs) expect(validation.nllAfter).toBeLessThanOrEqual(validation.nllBefore);
  });

  it('exports the network with the lowest validation NLL, and what it ran agrees', () => {
    const { runs, onnx } = outcome.results;
    const best = runs.reduce((a, b) => (b.validation.nllAfter < a.validation.nllAfter ? b : a));
    expect(onnx.run).toBe(best.name);
    expect(onnx.largestDifference).toBeLessThanOrEqual(1e-4);
    expect(onnx.accuracy).toBe(best.test.after.accuracy);
    expect(onnx.ece).toBeCloseTo(best.test.after.ece, 5);
    expect(readOnnx(readFileSync(join(root, 'first', 'model.onnx'))).metadata).toMatchObject({ 'mixwell.temperature': String(best.calibrator.temperature), 'mixwell.softmax': 'true' });
  });

  it('writes a report that needs nothing but itself', () => {
    const html = read('first', 'report.html');
    for (const text of ['no mixing', 'CutMix', 'Can the confidence be trusted?', 'data:image/png;base64,', '<svg']) expect(html.includes(text), text).toBe(true);
    expect(html.match(/(src|href)="http/)).toBeNull();
  });

  it('shows progress', () => {
    expect(written.filter((line) => line.includes('"training"'))).toHaveLength(3);
    expect(written.join('')).toContain('imagesPerSecond');
  });

  it('gives the same report.json but for timings with the same seed, and another with another', async () => {
    await run(optionsFor('again'));
    await run(optionsFor('other', { seed: 6 }));
    const withoutTimings = (folder: string): unknown => ({ ...(JSON.parse(read(folder, 'report.json')) as object), timings: null });
    expect(withoutTimings('again')).toEqual(withoutTimings('first'));
    expect(withoutTimings('other')).not.toEqual(withoutTimings('first'));
  });
});

describe('bad input', () => {
  it('names a truncated file and the byte, and writes nothing', async () => {
    const broken = writeSquares(join(root, 'broken'));
    truncateSync(join(broken, 'train-images-idx3-ubyte'), 1000);
    await expect(run(optionsFor('nothing', { dataDir: broken }))).rejects.toThrow(/train-images-idx3-ubyte: byte 1000: the file ends here/);
    expect(existsSync(join(root, 'nothing', 'report.json'))).toBe(false);
  });

  it('names the folder that is missing', async () => {
    await expect(run(optionsFor('nothing', { dataDir: join(root, 'nowhere') }))).rejects.toThrow(/nowhere: must be a folder of idx files, got ENOENT/);
  });

  it('names the file that is missing, and what the folder holds', async () => {
    await expect(run(optionsFor('nothing', { dataDir: root }))).rejects.toThrow(/no file train-images-idx3-ubyte/);
  });

  it('says before training that the output cannot be written', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(run(optionsFor(join('file', 'report')))).rejects.toThrow(/cannot write to the output folder .*file/);
    if (existsSync('/proc/self')) await expect(run({ ...optionsFor(''), out: '/proc/mixwell/report' })).rejects.toThrow('/proc/mixwell/report: no folder can be made there');
  });

  it('wants some images of each class', async () => {
    const few = writeSquares(join(root, 'few'), { train: 30, t10k: 10 });
    await expect(run(optionsFor('nothing', { dataDir: few }))).rejects.toThrow(/must be at least 60/);
  });
});
