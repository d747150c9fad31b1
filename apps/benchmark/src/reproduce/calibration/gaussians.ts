import { type Dataset, gaussianPair } from '@mixwell/data';
import { mlp } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { adamW } from '@mixwell/train';
import type { Claim } from '../claim.ts';
import { networkTrainer } from '../network-trainer.ts';
import { compare, summary } from '../over-seeds.ts';
import { type ScaledScores, scaledScores } from './scores.ts';
import { mixedCrossEntropy, type Results, scoreOf, scoreTable, ways } from './ways.ts';

const setting = { dim: 300, train: 2160, held: 240, test: 600, batch: 180, epochs: 67 };
const deltas: readonly number[] = [0.1, 0.05];

/** Runs of this part for each seed. */
export const gaussianRuns: number = deltas.length * Object.keys(ways).length;

/** The paper's two Gaussians. */
export async function gaussianClaims(seeds: readonly number[], onRun: (what: string) => void): Promise<Claim[]> {
  const model = mlp({ inputShape: [setting.dim], classes: 2 });
  const train = networkTrainer({ model, optimizer: adamW({ learningRate: 1e-3 }), batchSize: setting.batch, epochs: setting.epochs, objective: mixedCrossEntropy(model) });
  const claims: Claim[] = [];
  for (const delta of deltas) {
    const results: Record<string, ScaledScores[]> = {};
    for (const seed of seeds) {
      const rng = createRng(seed).split(`gaussians ${delta}`);
      const part = (name: 'train' | 'held' | 'test'): Dataset => gaussianPair({ n: setting[name], dim: setting.dim, delta, rng: rng.split(name) });
      const parts = { train: part('train'), held: part('held'), test: part('test') };
      for (const [way, policy] of Object.entries(ways)) {
        const { held, test } = await train({ train: parts.train, policy, rng: createRng(seed).split('network'), tests: { held: parts.held, test: parts.test } });
        (results[way] ??= []).push(scaledScores({ logits: held, labels: parts.held.labels }, { logits: test, labels: parts.test.labels }));
        onRun(`Gaussians ${delta} apart, ${way}, seed ${seed}`);
      }
    }
    claims.push(lowerNll(delta, results, seeds), scoreTable(`two Gaussians, ${delta} apart: all ways, with and without temperature scaling`, results, seeds));
  }
  return claims;
}

function lowerNll(delta: number, results: Results, seeds: readonly number[]): Claim {
  const nll = (way: keyof typeof ways): readonly number[] => scoreOf(results, way, 'none', 'nll');
  const measured = { 'mixup − ERM': compare(nll('mixup'), nll('ERM')), '3 points − ERM': compare(nll('d-Mixup, 3 points'), nll('ERM')) };
  return {
    claim: `two Gaussians, ${delta} apart in each of ${setting.dim} coordinates: without scaling d-Mixup of 2 and 3 points has a lower NLL than ERM`,
    holds: Object.values(measured).every(({ mean }) => mean < 0), measured: { ...measured, ERM: summary(nll('ERM')) }, seeds,
  };
}
