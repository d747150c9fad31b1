import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Reproduction } from '../claim.ts';
import { loadImageTask, loadMnist } from '../images/image-task.ts';
import { curveClaims, settingClaims, taskClaims } from './claims.ts';
import { trainFamilies } from './families.ts';
import { type Accuracies, mergeWays } from './merge-ways.ts';
import { createNetworks } from './networks.ts';

/** Du et al., "Parameter Competition Balancing for Model Merging", NeurIPS 2024, arXiv 2410.02396, on networks of 85,000 weights. */
export const pcbMerging: Reproduction = async ({ seeds, dataDir, onProgress, onFigure }) => {
  await tf.setBackend(BACKEND_NAME);
  const other = loadImageTask(dataDir);
  const digits = other.name === 'MNIST' ? other : loadMnist();
  const networks = createNetworks();
  const settings: Record<string, Accuracies[]> = {};
  const curve: Accuracies[][] = [];
  let done = 0;
  const at = (what: string, seed: number): void => onProgress(done++ / (14 * seeds.length), `${what}, seed ${seed}`);
  for (const seed of seeds) {
    at('training', seed);
    const families = trainFamilies(networks, { digits, other }, seed);
    for (const [name, family] of Object.entries(families.settings)) {
      at(name, seed);
      (settings[name] ??= []).push(await mergeWays(networks, family, true));
    }
    for (const [i, family] of families.curve.entries()) {
      at(`${i + 2} tasks`, seed);
      (curve[i] ??= []).push(await mergeWays(networks, family, false));
    }
  }
  const { claims, chart } = curveClaims(curve, seeds);
  onFigure('merged-tasks', chart);
  const domains = other === digits ? 'digits, upside down, noisy' : `digits, ${other.name}, noisy digits`;
  return [
    ...taskClaims(settings['tasks']!, seeds),
    ...Object.entries(settings).flatMap(([name, results]) => settingClaims(name === 'domains' ? `domains (${domains})` : name, results, seeds)),
    ...claims,
  ];
};
