import { drawLambda, embeddingPlaneSpec, mixPairs, recallCurvesSpec } from '@mixwell/metric-mix';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import { createRng, hostTensor } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Claim, Reproduction, ReproduceOptions } from '../claim.ts';
import { compare, type Comparison, summary, type Summary } from '../over-seeds.ts';
import { metricTasks, type MetricTask } from './tasks.ts';
import { metricTrainer, type Outcome, recipe } from './train-metric.ts';
import { allWays, levels, type LossName, lossNames, wayName } from './ways.ts';

type Outcomes = Readonly<Record<string, readonly Outcome[]>>;

const measures = {
  'R@1': ({ retrieval }: Outcome): number => retrieval.recallAt[1]!,
  'MAP@R': ({ retrieval }: Outcome): number => retrieval.mapAtR,
  'utilization': (outcome: Outcome): number => outcome.utilization,
} as const;
type Measure = keyof typeof measures;

const values = (outcomes: Outcomes, way: string, measure: Measure): readonly number[] => outcomes[way]!.map(measures[measure]);
const versus = (outcomes: Outcomes, loss: LossName, level: (typeof levels)[number], measure: Measure): Comparison =>
  compare(values(outcomes, wayName(loss, level), measure), values(outcomes, loss, measure));

/** What has to hold of digits: the margins were fixed before, on digits of another collection. */
function digitClaims(name: string, outcomes: Outcomes, seeds: readonly number[]): Claim[] {
  const atLeast = (level: (typeof levels)[number], measure: Measure, margin: number): Claim => {
    const difference = versus(outcomes, 'MS', level, measure);
    return { claim: `${name}: ${measure} of unseen classes with mixing of ${level}s is at least ${margin} above multi-similarity alone`, holds: difference.mean >= margin, measured: { [`MS + ${level} − MS`]: difference }, seeds };
  };
  return [atLeast('embedding', 'R@1', 0.02), atLeast('embedding', 'MAP@R', 0.02), atLeast('input', 'R@1', 0.01), atLeast('feature', 'R@1', 0.01)];
}

function tables(name: string, outcomes: Outcomes, seeds: readonly number[]): Claim[] {
  const { perClass, classes, steps, learningRate, dimensions, hardNegatives, weight, alpha } = recipe;
  const facts = `${classes} classes × ${perClass} images, ${steps} steps of Adam with rate ${learningRate}, ${dimensions} dimensions, weight ${weight}, λ ~ Beta(${alpha}, ${alpha}), all negatives (embedding) or the ${hardNegatives} nearest`;
  const table = (measure: Measure): Record<string, Summary | Comparison | string> => ({
    ...Object.fromEntries(Object.keys(outcomes).map((way) => [way, summary(values(outcomes, way, measure))])),
    ...Object.fromEntries(lossNames.flatMap((loss) => levels.map((level) => [`${wayName(loss, level)} − ${loss}`, versus(outcomes, loss, level, measure)]))),
  });
  return [
    { claim: `${name}: R@1 of unseen classes`, holds: null, measured: { recipe: facts, ...table('R@1') }, seeds },
    { claim: `${name}: MAP@R`, holds: null, measured: table('MAP@R'), seeds },
    { claim: `${name}: utilization (lower: test images are nearer to training images; the paper has it fall)`, holds: null, measured: table('utilization'), seeds },
  ];
}

function figures({ name }: MetricTask, outcomes: Outcomes, onFigure: ReproduceOptions['onFigure']): void {
  const file = name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();
  const ways = [wayName('MS', null), ...levels.map((level) => wayName('MS', level))];
  onFigure(`${file}-recall`, recallCurvesSpec(Object.fromEntries(ways.map((way) => [way, outcomes[way]!.map(({ retrieval }) => retrieval)])), { title: `Recall@K of unseen classes, ${name}` }));
  const { embeddings, labels } = outcomes[wayName('MS', 'embedding')]![0]!;
  const rng = createRng(0).split('picture');
  const { first, second } = mixPairs(labels.subarray(0, 40), { mode: 'positive-negative', positives: 'randomPerAnchor', maxPerAnchor: 2, rng });
  const lambda = drawLambda(rng, first.length, { per: 'pair' });
  const { dimensions } = recipe;
  const lengths = Float64Array.from({ length: labels.length }, (_, row) => Math.hypot(...embeddings.data.subarray(row * dimensions, (row + 1) * dimensions)));
  const at = (row: number, c: number): number => embeddings.data[row * dimensions + c]! / lengths[row]!;
  const mixed = Float32Array.from({ length: first.length * dimensions }, (_, i) => {
    const [pair, c] = [Math.floor(i / dimensions), i % dimensions];
    return lambda[pair]! * at(first[pair]!, c) + (1 - lambda[pair]!) * at(second[pair]!, c);
  });
  onFigure(`${file}-plane`, embeddingPlaneSpec({ embeddings, labels, mixed: { embeddings: hostTensor('float32', [first.length, dimensions], mixed), lambda }, title: `Unseen classes and mixtures, ${name}` }));
}

/** Venkataramanan et al., "It Takes Two to Tango: Mixup for Deep Metric Learning", ICLR 2022, arXiv 2106.04990. */
export const metrix: Reproduction = async ({ seeds, dataDir, onProgress, onFigure }) => {
  await tf.setBackend(BACKEND_NAME);
  const tasks = metricTasks(dataDir);
  const total = tasks.length * seeds.length * Object.keys(allWays).length;
  let done = 0;
  const claims: Claim[] = [];
  for (const [i, task] of tasks.entries()) {
    const train = metricTrainer(task);
    const outcomes: Record<string, Outcome[]> = {};
    for (const [name, way] of Object.entries(allWays)) {
      outcomes[name] = [];
      for (const seed of seeds) {
        outcomes[name].push(train(name, way, seed));
        onProgress(++done / total, `${task.name}, ${name}, seed ${seed}`);
        await new Promise(setImmediate); // lets the progress be written
      }
    }
    claims.push(...(i === 0 ? digitClaims(task.name, outcomes, seeds) : []), ...tables(task.name, outcomes, seeds));
    figures(task, outcomes, onFigure);
  }
  return claims;
};
