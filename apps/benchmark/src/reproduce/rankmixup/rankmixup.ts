import { calibrationReport, fitTemperature } from '@mixwell/calibration';
import { mlp } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import { adamW } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import type { Claim, Reproduction } from '../claim.ts';
import { grainyDigits, type GrainyDigits, grainyDigitTask } from '../images/grainy-digits.ts';
import { networkTrainer, type TrainNetwork } from '../network-trainer.ts';
import { compare, summary } from '../over-seeds.ts';
import { mixTests, type Ordering, orderingOf } from './ordering.ts';
import { waysOf } from './ways.ts';

/** 1500 steps: so many that the training samples are learned by heart. */
const recipe = { batchSize: 100, epochs: 300 };

/** What test images say of one network. */
interface Outcome extends Ordering {
  readonly accuracy: number;
  readonly nll: number;
  readonly ece: number;
  /** That fits the validation part best. */
  readonly temperature: number;
}

type Outcomes = Readonly<Record<string, readonly Outcome[]>>;

async function outcomeOf(train: TrainNetwork, policy: Parameters<TrainNetwork>[0]['policy'], digits: GrainyDigits, seed: number): Promise<Outcome> {
  const rng = createRng(seed);
  const { relevance, copies, halves } = mixTests(digits.test, rng.split('mixed tests'));
  const logits = await train({ train: digits.train, policy, rng: rng.split('network'), tests: { validation: digits.validation, test: digits.test, copies, halves } });
  const { accuracy, nll, ece } = calibrationReport({ logits: logits.test }, digits.test.labels);
  return { accuracy, nll, ece, temperature: fitTemperature(logits.validation, digits.validation.labels).temperature, ...orderingOf(logits, relevance) };
}

function claimsOf(outcomes: Outcomes, seeds: readonly number[]): Claim[] {
  const values = (way: string, key: keyof Outcome): readonly number[] => outcomes[way]!.map((outcome) => outcome[key]);
  const versus = (key: keyof Outcome) => compare(values('M-NDCG, weight 1', key), values('CE', key));
  const away = (way: string): readonly number[] => values(way, 'temperature').map((temperature) => Math.abs(Math.log(temperature)));
  const [nll, temperature, misaligned, drop] = [versus('nll'), compare(away('M-NDCG, weight 1'), away('CE')), versus('misaligned'), versus('drop')];
  const table = (key: keyof Outcome) => Object.fromEntries(Object.keys(outcomes).map((way) => [way, summary(values(way, key))]));
  return [
    { claim: 'M-NDCG (weight 1) has a lower test NLL than cross entropy', holds: nll.mean < 0, measured: { 'M-NDCG − CE': nll }, seeds },
    { claim: 'its fitted temperature is nearer to 1', holds: temperature.mean < 0, measured: { '|log T|, M-NDCG − CE': temperature, 'T, CE': summary(values('CE', 'temperature')), 'T, M-NDCG': summary(values('M-NDCG, weight 1', 'temperature')) }, seeds },
    { claim: 'among raw images and their mixed copies fewer pairs are in the wrong order of confidence', holds: misaligned.mean < 0, measured: { 'misaligned pairs, M-NDCG − CE': misaligned }, seeds },
    { claim: 'confidence falls by more from raw images to those mixed by halves', holds: drop.mean > 0, measured: { 'M-NDCG − CE': drop }, seeds },
    ...([['accuracy', 'test accuracy'], ['nll', 'test NLL'], ['ece', 'ECE (15 bins)'], ['temperature', 'fitted temperature'], ['misaligned', 'share of misaligned pairs'],
      ['drop', 'confidence in raw images less that in images mixed by halves']] as const).map(([key, claim]): Claim => ({ claim, holds: null, measured: table(key), seeds })),
  ];
}

/** Noh, Park, Lee, Ham, "RankMixup: Ranking-Based Mixup Training for Network Calibration", ICCV 2023. */
export const rankMixup: Reproduction = async ({ seeds, onProgress }) => {
  await tf.setBackend(BACKEND_NAME);
  const draw = grainyDigitTask();
  const model = mlp({ inputShape: [7, 7, 1], classes: 10 });
  const ways = Object.entries(waysOf(model));
  const outcomes: Record<string, Outcome[]> = {};
  let done = 0;
  for (const [name, { policy, objective }] of ways) {
    const train = networkTrainer({ model, optimizer: adamW({ learningRate: 1e-3 }), ...recipe, objective });
    for (const seed of seeds) {
      (outcomes[name] ??= []).push(await outcomeOf(train, policy, draw(createRng(seed).split('digits')), seed));
      onProgress(++done / (ways.length * seeds.length), `${name}, seed ${seed}`);
    }
  }
  return claimsOf(outcomes, seeds).map((claim) => ({ ...claim, measured: { data: grainyDigits, ...claim.measured } }));
};
