import { earlyStop, mixup } from '@mixwell/mix-core';
import { type ChartSpec, lineChart } from '@mixwell/plots';
import type { Claim } from '../claim.ts';
import { classifierTrainer, type Outcome, trainWays, type Way } from '../images/classifier-trainer.ts';
import type { ImageTask } from '../images/image-task.ts';
import { convNetRecipe } from '../images/recipe.ts';
import { compare, type Summary, summary } from '../over-seeds.ts';

const budget = { images: 5000, epochs: 20, lastEpochs: 1 };
const stops: readonly number[] = [0, 5, 10, 15, 20];

/** Epochs of this part for each seed. */
export const imageEpochs: number = stops.length * budget.epochs;

type Outcomes = Readonly<Record<string, readonly Outcome[]>>;

const over = (outcomes: Outcomes, stop: number, key: keyof Outcome): readonly number[] => outcomes[`stop ${stop}`]!.map((outcome) => outcome[key]);

function chart(outcomes: Outcomes, name: string): ChartSpec {
  const rows = stops.map((stop) => ({ epoch: stop, error: 1 - summary(over(outcomes, stop, 'accuracy')).mean }));
  return lineChart({ rows, x: 'epoch', y: 'error', title: `Mixup stopped early, ${name}`, xTitle: `epochs of mixup, of ${budget.epochs}`, yTitle: 'test error', yFormat: '.1%' });
}

/** How long mixup should go on for images. Only reported: at this scale the paper fixes no numbers. */
export async function stopImageClaims(task: ImageTask, seeds: readonly number[], onEpoch: (what: string) => void): Promise<{ readonly claims: Claim[]; readonly chart: ChartSpec }> {
  const recipe = convNetRecipe(task, budget);
  const stepsPerEpoch = budget.images / recipe.batchSize;
  const ways = Object.fromEntries(stops.map((stop): [string, Way] => [`stop ${stop}`, { policy: earlyStop(mixup({ alpha: 1 }), { stop: stop * stepsPerEpoch }) }]));
  const outcomes = await trainWays(classifierTrainer(task, recipe), ways, seeds, (way, seed) => onEpoch(`${task.name}, mixup with ${way} of ${budget.epochs} epochs, seed ${seed}`));
  const curve = (key: keyof Outcome): Record<string, Summary> => Object.fromEntries(stops.map((stop) => [`${key}, stop ${stop}`, summary(over(outcomes, stop, key))]));
  const versusPlain = (key: keyof Outcome): Record<string, Summary> =>
    Object.fromEntries(stops.slice(1).map((stop) => [`${key}, stop ${stop} − plain`, compare(over(outcomes, stop, key), over(outcomes, 0, key))]));
  const claims: Claim[] = [
    { claim: `${task.name}: test accuracy by the epoch at which mixup stops`, holds: null, measured: { recipe: recipe.description, ...curve('accuracy'), ...versusPlain('accuracy') }, seeds },
    {
      claim: `${task.name}: confidence by the epoch at which mixup stops (signedGap: confidence − accuracy)`,
      holds: null,
      measured: { ...curve('nll'), ...versusPlain('nll'), ...curve('ece'), ...versusPlain('ece'), ...curve('signedGap') },
      seeds,
    },
  ];
  return { claims, chart: chart(outcomes, task.name) };
}
