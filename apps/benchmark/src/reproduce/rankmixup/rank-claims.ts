import { calibrationReport, fitTemperature } from '@mixwell/calibration';
import type { Dataset } from '@mixwell/data';
import type { Model } from '@mixwell/models';
import { createRng, type HostTensor, type Rng } from '@mixwell/tensor';
import type { Claim } from '../claim.ts';
import { networkTrainer, type NetworkRecipe, type TrainNetwork } from '../network-trainer.ts';
import { compare, summary } from '../over-seeds.ts';
import { mixTests, type Ordering, orderingOf } from './ordering.ts';
import type { Way } from './ways.ts';

type Part = Dataset & { readonly images: HostTensor<'float32'> };
type Parts = Readonly<Record<'train' | 'validation' | 'test', Part>>;

/** Samples, and a network that learns them by heart. */
export interface RankTask {
  readonly name: string;
  /** For people. */
  readonly description: string;
  readonly model: Model;
  readonly recipe: Pick<NetworkRecipe, 'optimizer' | 'batchSize' | 'epochs'>;
  readonly draw: (rng: Rng) => Parts;
}

/** What test samples say of one network. */
interface Outcome extends Ordering {
  readonly accuracy: number;
  readonly nll: number;
  readonly ece: number;
  /** That fits the validation part best. */
  readonly temperature: number;
}

async function outcomeOf(train: TrainNetwork, policy: Way['policy'], parts: Parts, seed: number): Promise<Outcome> {
  const rng = createRng(seed);
  const { relevance, copies, halves } = mixTests(parts.test, rng.split('mixed tests'));
  const logits = await train({ train: parts.train, policy, rng: rng.split('network'), tests: { validation: parts.validation, test: parts.test, copies, halves } });
  const { accuracy, nll, ece } = calibrationReport({ logits: logits.test }, parts.test.labels);
  return { accuracy, nll, ece, temperature: fitTemperature(logits.validation, parts.validation.labels).temperature, ...orderingOf(logits, relevance) };
}

const names: Readonly<Record<keyof Outcome, string>> = {
  accuracy: 'test accuracy', nll: 'test NLL', ece: 'ECE (15 bins)', temperature: 'fitted temperature', misaligned: 'share of pairs of copies in the wrong order of confidence',
  drop: 'confidence in raw images less that in images mixed by halves',
};

function claimsOf(outcomes: Readonly<Record<string, readonly Outcome[]>>, seeds: readonly number[]): Claim[] {
  const [ours, base] = ['M-NDCG, weight 1', 'CE'];
  const values = (way: string, key: keyof Outcome): readonly number[] => outcomes[way]!.map((outcome) => outcome[key]);
  const versus = (key: keyof Outcome) => compare(values(ours, key), values(base, key));
  const away = (way: string): readonly number[] => values(way, 'temperature').map((temperature) => Math.abs(Math.log(temperature)));
  const [nll, temperature, misaligned, drop] = [versus('nll'), compare(away(ours), away(base)), versus('misaligned'), versus('drop')];
  const tables = (Object.keys(names) as (keyof Outcome)[]).map((key): Claim =>
    ({ claim: names[key], holds: null, measured: Object.fromEntries(Object.keys(outcomes).map((way) => [way, summary(values(way, key))])), seeds }));
  return [
    { claim: 'M-NDCG (weight 1) has a lower test NLL than cross entropy', holds: nll.mean < 0, measured: { 'M-NDCG − CE': nll }, seeds },
    { claim: 'its fitted temperature is nearer to 1', holds: temperature.mean < 0, measured: { '|log T|, M-NDCG − CE': temperature }, seeds },
    { claim: 'among raw images and their mixed copies fewer pairs are in the wrong order of confidence', holds: misaligned.mean < 0, measured: { 'M-NDCG − CE': misaligned }, seeds },
    { claim: 'confidence falls by more from raw images to those mixed by halves', holds: drop.mean > 0, measured: { 'M-NDCG − CE': drop }, seeds },
    ...tables,
  ];
}

/** What the ranking terms do to the confidence of a network that over-fits. */
export async function rankClaims({ name, description, model, recipe, draw }: RankTask, ways: Readonly<Record<string, Way>>, seeds: readonly number[], onRun: (what: string) => void): Promise<Claim[]> {
  const outcomes: Record<string, Outcome[]> = {};
  for (const [way, { policy, objective }] of Object.entries(ways)) {
    const train = networkTrainer({ model, ...recipe, objective: objective(model) });
    for (const seed of seeds) {
      (outcomes[way] ??= []).push(await outcomeOf(train, policy, draw(createRng(seed).split('samples')), seed));
      onRun(`${name}, ${way}, seed ${seed}`);
    }
  }
  const [first, ...rest] = claimsOf(outcomes, seeds);
  return [{ ...first!, measured: { task: description, ...first!.measured } }, ...rest].map((claim) => ({ ...claim, claim: `${name}: ${claim.claim}` }));
}
