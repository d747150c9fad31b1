import * as mix from '@mixwell/mix-core';
import type { Model } from '@mixwell/models';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Claim, Reproduction } from '../claim.ts';
import { classifierTrainer, type Outcome, trainWays, type Way } from '../images/classifier-trainer.ts';
import { loadImageTask } from '../images/image-task.ts';
import { observers } from '../images/observers.ts';
import { convNetRecipe } from '../images/recipe.ts';
import { compare, summary } from '../over-seeds.ts';
import { bothClassesClaims, bothClassesRuns } from './both-classes.ts';
import { decoupledLoss, mixupLoss } from './losses.ts';
import { stepTimeClaim } from './step-time.ts';

const budget = { images: 2000, epochs: 15, lastEpochs: 5 };
const [ETA, POINT] = [0.1, 0.01];
/** How many epochs of images take as long as one run on digits. */
const DIGITS = 5;

const statics = { 'mixup': mix.mixup(), 'CutMix': mix.cutmix(), 'ResizeMix': mix.resizemix() } as const;

function waysOf(model: Model): Readonly<Record<string, Way>> {
  const decoupled = decoupledLoss(ETA);
  return {
    'none': { policy: mix.noMixing },
    ...Object.fromEntries(Object.entries(statics).flatMap(([name, policy]): [string, Way][] => [[name, { policy, loss: mixupLoss }], [`${name} + DM`, { policy, loss: decoupled }]])),
    'PuzzleMix': { policy: mix.puzzlemix(), observe: observers(model).gradient },
  };
}

function claimsOf(name: string, outcomes: Readonly<Record<string, readonly Outcome[]>>, seeds: readonly number[], recipe: string): Claim[] {
  const values = (way: string, key: keyof Outcome): readonly number[] => outcomes[way]!.map((outcome) => outcome[key]);
  const pairs = (key: keyof Outcome) => Object.fromEntries(Object.keys(statics).map((way) => [`${way} + DM − ${way}`, compare(values(`${way} + DM`, key), values(way, key))]));
  const table = (key: keyof Outcome) => Object.fromEntries(Object.keys(outcomes).map((way) => [way, summary(values(way, key))]));
  const accuracy = pairs('accuracy');
  const versusPuzzle = Object.fromEntries(Object.keys(statics).map((way) => [`${way} + DM − PuzzleMix`, compare(values(`${way} + DM`, 'accuracy'), values('PuzzleMix', 'accuracy'))]));
  const times = Object.fromEntries(Object.keys(statics).map((way) => [`PuzzleMix / ${way} + DM`, summary(values('PuzzleMix', 'msPerStep').map((ms, i) => ms / values(`${way} + DM`, 'msPerStep')[i]!))]));
  return [
    {
      claim: `${name}: with decoupled mixup no static policy is less accurate than without by more than 1 point`,
      holds: Object.values(accuracy).every(({ mean }) => mean >= -POINT), measured: { recipe, ...accuracy }, seeds,
    },
    {
      claim: `${name}: static policies with decoupled mixup reach the accuracy of PuzzleMix, to within 1 point`,
      holds: Object.values(versusPuzzle).every(({ mean }) => mean >= -POINT), measured: versusPuzzle, seeds,
    },
    { claim: `${name}: in less time`, holds: Object.values(times).every(({ mean }) => mean > 1), measured: times, seeds },
    { claim: `${name}: test accuracy`, holds: null, measured: table('accuracy'), seeds },
    { claim: `${name}: milliseconds of a training step, drawing included`, holds: null, measured: table('msPerStep'), seeds },
    { claim: `${name}: test NLL`, holds: null, measured: { ...table('nll'), ...pairs('nll') }, seeds },
    { claim: `${name}: ECE (15 bins)`, holds: null, measured: table('ece'), seeds },
  ];
}

/** Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761. */
export const decoupledMixup: Reproduction = async ({ seeds, dataDir, onProgress }) => {
  await tf.setBackend(BACKEND_NAME);
  const task = loadImageTask(dataDir);
  const recipe = convNetRecipe(task, budget);
  const ways = waysOf(recipe.model);
  const total = seeds.length * (DIGITS * bothClassesRuns + budget.epochs * Object.keys(ways).length);
  let done = 0;
  const onEpochs = (epochs: number, what: string): void => {
    done += epochs;
    onProgress(done / total, what);
  };
  const time = stepTimeClaim(task, recipe);
  const digits = await bothClassesClaims(seeds, (what) => onEpochs(DIGITS, what));
  const outcomes = await trainWays(classifierTrainer(task, recipe), ways, seeds, (way, seed) => onEpochs(1, `${task.name}, ${way}, seed ${seed}`));
  return [time, ...digits, ...claimsOf(task.name, outcomes, seeds, recipe.description)];
};
