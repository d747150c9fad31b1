import type { Claim } from '../claim.ts';
import { loadImageTask } from '../images/image-task.ts';
import { convRegressor } from './networks.ts';
import { rcf } from './tasks.ts';
import { regressorTrainer } from './train-regressor.ts';
import { byBandwidth, metrics, plain, reported, trainWays, uniformly } from './ways.ts';

/** Ankle boots, the nines of digits: a network of this size does not learn to see how far ten classes are turned. */
const OF_CLASS = 9;
const sizes = [3000, 1000, 2000] as const;
const ways = { 'ERM': plain, 'mixup': uniformly, 'C-Mixup, s = 0.05': byBandwidth(0.05), 'C-Mixup, s = 0.2': byBandwidth(0.2) };

/** Runs of this part for each seed. */
export const rotatedRuns: number = Object.keys(ways).length;

/** RCF-MNIST, much reduced: colour tells of the angle in training and misleads in the test. */
export async function rotatedClaims(dataDir: string | null, seeds: readonly number[], onRun: (what: string) => void): Promise<Claim[]> {
  const { name, train: images } = loadImageTask(dataDir);
  const train = regressorTrainer({ network: convRegressor(3), batchSize: 64, epochs: 15, learningRate: 2e-3, mixAt: 'hidden' });
  const results = await trainWays(train, (seed) => rcf(images, OF_CLASS, sizes, seed), ways, seeds, (what) => onRun(`rotated images, ${what}`));
  const what = `RCF-${name}, class ${OF_CLASS}, ${sizes[0]} images, mixed before the last layer`;
  return [
    reported(`${what}: test RMSE, turns (a constant has 0.289)`, results, metrics.rmse, seeds),
    reported(`${what}: the worse of the two groups of colours`, results, metrics.worst, seeds),
  ];
}
