import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Claim, Reproduction } from '../claim.ts';
import { blobClaims, blobSteps } from './blobs.ts';
import { type Experiment, experiments, type WayName, ways } from './experiments.ts';
import { collapseFigures } from './figures.ts';
import { freeFeatureClaims } from './free-features.ts';
import { imageClaims, type Runs } from './image-claims.ts';
import { type CollapseRun, collapseTrainer } from './train-collapse.ts';

/** How many steps on points take as long as one on images. */
const IMAGE_STEP = 8;

const stepsPerEpoch = ({ budget }: Experiment): number => budget.images / budget.batchSize;

async function train(experiment: Experiment, seeds: readonly number[], onSteps: (steps: number, what: string) => void): Promise<Runs> {
  const { name, task, network, budget } = experiment;
  const run = collapseTrainer(task, network, budget);
  const runs: [WayName, CollapseRun[]][] = [];
  for (const way of experiment.ways) {
    const all: CollapseRun[] = [];
    for (const seed of seeds) all.push(await run(ways[way], seed, () => onSteps(stepsPerEpoch(experiment) * IMAGE_STEP, `${name}, ${way}, seed ${seed}`)));
    runs.push([way, all]);
  }
  return Object.fromEntries(runs);
}

/** Fisher, Meng, Papyan, "Pushing Boundaries: Mixup's Influence on Neural Collapse", ICLR 2024, arXiv 2402.06171. */
export const neuralCollapse: Reproduction = async ({ seeds, dataDir, onProgress, onFigure }) => {
  await tf.setBackend(BACKEND_NAME);
  const all = experiments(dataDir);
  const imageSteps = all.reduce((sum, experiment) => sum + experiment.ways.length * experiment.budget.epochs * stepsPerEpoch(experiment) * IMAGE_STEP, 0);
  let done = 0;
  const onSteps = (steps: number, what: string): void => {
    done += steps;
    onProgress(done / (seeds.length * (blobSteps + imageSteps)), what);
  };
  const claims: Claim[] = [...freeFeatureClaims(seeds), ...(await blobClaims(seeds, onSteps))];
  for (const experiment of all) {
    const runs = await train(experiment, seeds, onSteps);
    claims.push(...imageClaims(experiment, runs, seeds));
    for (const figure of collapseFigures(experiment, runs)) onFigure(...figure);
  }
  return claims;
};
