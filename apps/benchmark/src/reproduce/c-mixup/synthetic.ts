import type { Claim } from '../claim.ts';
import { compare, summary } from '../over-seeds.ts';
import { denseRegressor } from './networks.ts';
import { friedman, singleIndex } from './tasks.ts';
import { regressorTrainer } from './train-regressor.ts';
import { byBandwidth, metrics, plain, reported, trainWays, uniformly } from './ways.ts';

const ways = { 'ERM': plain, 'mixup': uniformly, 'C-Mixup, s = 0.25': byBandwidth(0.25), 'C-Mixup, s = 0.5': byBandwidth(0.5), 'C-Mixup, s = 1': byBandwidth(1) };
const friedmanWays = { 'ERM': plain, 'mixup': uniformly, 'C-Mixup, s = 1': byBandwidth(1) };

/** Runs of this part for each seed. */
export const syntheticRuns: number = Object.keys(ways).length + Object.keys(friedmanWays).length;

/** Where similar labels come of similar inputs, partners of similar labels make mixup harmless; where they do not, they do not. What has to be reached was fixed before. */
export async function syntheticClaims(seeds: readonly number[], onRun: (what: string) => void): Promise<Claim[]> {
  const train = regressorTrainer({ network: denseRegressor(10), batchSize: 16, epochs: 30, learningRate: 1e-2, mixAt: 'input' });
  const results = await trainWays(train, singleIndex, ways, seeds, (what) => onRun(`single index, ${what}`));
  const other = await trainWays(train, friedman, friedmanWays, seeds, (what) => onRun(`Friedman, ${what}`));
  const rmse = (name: keyof typeof ways): readonly number[] => results[name]!.map(metrics.rmse);
  const [erm, mixup, own] = [rmse('ERM'), rmse('mixup'), rmse('C-Mixup, s = 0.5')];
  const [mean, self] = [(values: readonly number[]): number => summary(values).mean, results['C-Mixup, s = 0.5']!.map(({ selfPairRate }) => selfPairRate)];
  return [
    {
      claim: 'single index, y = v³ + v + noise, 300 samples: test RMSE of C-Mixup (s = 0.5) ≤ 0.9 × mixup', holds: mean(own) <= 0.9 * mean(mixup),
      measured: { 'ratio': mean(own) / mean(mixup), 'mixup': summary(mixup), 'C-Mixup': summary(own), 'C-Mixup − mixup': compare(own, mixup) }, seeds,
    },
    {
      claim: 'and ≤ 1.1 × training without mixing', holds: mean(own) <= 1.1 * mean(erm),
      measured: { 'ratio': mean(own) / mean(erm), 'ERM': summary(erm), 'C-Mixup − ERM': compare(own, erm) }, seeds,
    },
    { claim: 'while fewer than 20 % of the pairs are of an example with itself', holds: Math.max(...self) < 0.2, measured: { 'self pairs': summary(self) }, seeds },
    reported('single index: test RMSE for other bandwidths', results, metrics.rmse, seeds),
    reported("Friedman's first function, a counter-example: similar labels come of different inputs. Test RMSE", other, metrics.rmse, seeds),
  ];
}
