import { applyTemperature, reliabilityDiagram } from '@mixwell/calibration';
import { batches } from '@mixwell/data';
import { mixGrid } from '@mixwell/mix-core';
import { convNetD } from '@mixwell/models';
import { createRng, type Rng, sizeOf } from '@mixwell/tensor';
import { writeFileAtomic } from '@mixwell/tensor/node';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import { progress, type ProgressStream } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { calibrate } from './calibrate.ts';
import { type BestRun, exportBest } from './export-best.ts';
import { demoHtml, type MixPicture } from './html-report.ts';
import { type Images, loadImages } from './load-images.ts';
import type { DemoOptions } from './options.ts';
import { prepareOutputFolder } from './output-folder.ts';
import { mixingRuns } from './policies.ts';
import type { DemoResults, DemoTimings, RunResult } from './results.ts';
import { predictor, trainRun } from './train-run.ts';

export interface DemoOutcome {
  readonly results: DemoResults;
  readonly timings: DemoTimings;
}

/** A few test images, mixed by the policies that mix. */
function mixPictures({ test, normalization }: Images, rng: Rng): MixPicture[] {
  const [first] = batches(test, { size: 16, rng: rng.split('images'), ...normalization });
  const [, height, width] = first!.images.shape as [number, number, number];
  return mixingRuns.flatMap(({ name, title, pictured }) => {
    const plan = pictured?.(rng.split(name), { rows: 16, height, width });
    return plan ? [{ title, grid: mixGrid(plan, first!.images, { labels: first!.labels, count: 4, scale: 3, ...normalization }) }] : [];
  });
}

/** Trains the three networks and calibrates each. The best one, by validation NLL after scaling, comes back with its weights. */
async function trainAll(images: Images, options: DemoOptions, rng: Rng, stream: ProgressStream) {
  const inputShape = images.test.images.shape.slice(1) as [number, number, number];
  const model = convNetD({ inputShape, classes: images.test.classes, width: options.width, norm: 'batch', firstPadding: 0 });
  const predict = predictor(model, images);
  const runs: RunResult[] = [];
  const timings: Record<string, DemoTimings['runs'][string]> = {};
  let best: (BestRun & { nll: number }) | null = null;
  for (const run of mixingRuns) {
    stream.write(stream.isTTY ? `training: ${run.title}\n` : `${JSON.stringify({ training: run.name })}\n`);
    const { vars, validation, seconds, imagesPerSecond, ...curves } = await trainRun(model, images, run, predict, { ...options, rng: rng.split('training'), on: [progress(stream)] });
    const test = await predict(vars, 'test');
    const calibrated = calibrate(validation, test);
    const testLogits = applyTemperature(calibrated.calibrator, test.logits);
    runs.push({
      name: run.name, title: run.title, ...curves, ...calibrated,
      reliability: { before: reliabilityDiagram({ logits: test.logits }, test.labels), after: reliabilityDiagram({ logits: testLogits }, test.labels) },
    });
    timings[run.name] = { seconds, imagesPerSecond };
    const { nllAfter: nll } = calibrated.validation;
    if (best === null || nll < best.nll) {
      if (best) tf.dispose([best.vars.params, best.vars.buffers]);
      best = { name: run.name, vars, temperature: calibrated.calibrator.temperature, testLogits, nll };
    } else {
      tf.dispose([vars.params, vars.buffers]);
    }
  }
  return { model, runs, timings, best: best! };
}

/**
 * The main job: three networks on real images, calibration, an ONNX file that is checked against the network, and a report. Writes model.onnx, report.json and
 * report.html to `options.out`.
 *
 * @param stream where it says what it does
 * @throws Error where the folder cannot be written, the data is missing or damaged, or the file does not agree with the network
 */
export async function runDemo(options: DemoOptions, stream: ProgressStream): Promise<DemoOutcome> {
  const clock = performance.now();
  await prepareOutputFolder(options.out);
  await tf.setBackend(BACKEND_NAME);
  const rng = createRng(options.seed);
  const images = loadImages(options, rng.split('split'));
  const { model, runs, timings, best } = await trainAll(images, options, rng, stream);
  const onnx = await exportBest(model, best, images, join(options.out, 'model.onnx'));
  const results: DemoResults = {
    settings: {
      data: options.data,
      trainImages: images.trainIndices.length,
      validationImages: images.validationIndices.length,
      testImages: images.test.labels.data.length,
      network: `ConvNet of 3 blocks, width ${options.width}, batch norm`,
      mixing: Object.fromEntries(mixingRuns.map(({ name, description }) => [name, description])),
      parameters: model.variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      epochs: options.epochs,
      batchSize: options.batchSize,
      learningRate: options.learningRate,
      seed: options.seed,
    },
    runs,
    onnx,
  };
  const pictures = mixPictures(images, rng.split('pictures'));
  const outcome: DemoOutcome = { results, timings: { runs: timings, totalSeconds: (performance.now() - clock) / 1000 } };
  await writeFileAtomic(join(options.out, 'report.json'), `${JSON.stringify({ ...results, timings: outcome.timings }, null, 2)}\n`);
  await writeFileAtomic(join(options.out, 'report.html'), await demoHtml(results, outcome.timings, pictures, images.classNames));
  return outcome;
}
