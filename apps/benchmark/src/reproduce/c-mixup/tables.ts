import type { Claim } from '../claim.ts';
import { denseRegressor } from './networks.ts';
import { autoMpg, gapminder } from './tasks.ts';
import { regressorTrainer } from './train-regressor.ts';
import { bestOnValidation, byShare, metrics, plain, reported, type Results, trainWays, uniformly } from './ways.ts';

/** Bandwidths at which 5, 15 and 40 % of the training examples are partners; the validation part chooses. */
const own = { narrow: byShare(0.05), middle: byShare(0.15), wide: byShare(0.4) };
const ways = { ERM: plain, mixup: uniformly, ...own };

/** Runs of this part for each seed. */
export const tableRuns: number = 2 * Object.keys(ways).length;

const withBest = ({ ERM, mixup, ...others }: Results): Results => ({ ERM: ERM!, mixup: mixup!, 'C-Mixup': bestOnValidation(others, Object.keys(own)) });

/** Real tables, with the paper's network and training for tables. */
export async function tableClaims(seeds: readonly number[], onRun: (what: string) => void): Promise<Claim[]> {
  const recipe = { epochs: 100, learningRate: 1e-2, mixAt: 'hidden' } as const;
  const cars = withBest(await trainWays(regressorTrainer({ ...recipe, network: denseRegressor(9), batchSize: 16 }), autoMpg, ways, seeds, (what) => onRun(`Auto MPG, ${what}`)));
  const countries = withBest(await trainWays(regressorTrainer({ ...recipe, network: denseRegressor(3), batchSize: 32 }), gapminder, ways, seeds, (what) => onRun(`Gapminder, ${what}`)));
  return [
    reported('Auto MPG (392 cars), mixed after the first layer: test RMSE, miles per gallon', cars, metrics.rmse, seeds),
    reported('Auto MPG: test MAPE, %', cars, metrics.mape, seeds),
    reported('Gapminder, tested on countries that training never saw: RMSE of life expectancy, years', countries, metrics.rmse, seeds),
    reported('Gapminder: RMSE of the country that is worst', countries, metrics.worst, seeds),
  ];
}
