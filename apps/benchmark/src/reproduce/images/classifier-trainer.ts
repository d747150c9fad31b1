import { calibrationReport, negativeLogLikelihood } from '@mixwell/calibration';
import { type Batch as ImageBatch, batches, type Dataset } from '@mixwell/data';
import { softCrossEntropy } from '@mixwell/losses';
import { choosePolicy, type Evidence, type Plan, type Policy } from '@mixwell/mix-core';
import { lower, type Mix, mixTargets, runWithMix } from '@mixwell/mix-core/tf';
import type { Variables } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { createState, fit, type FitResult, makePredict, makeStep, type Step } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { quantile } from '../../harness/statistics.ts';
import type { ImageTask } from './image-task.ts';
import type { Recipe } from './recipe.ts';

/** What test images say, of one network. */
interface Metrics {
  readonly accuracy: number;
  readonly nll: number;
  readonly ece: number;
  /** Mean confidence − accuracy: below 0 the network is not sure enough. */
  readonly signedGap: number;
}

/** What came of one training run. */
export interface Outcome extends Metrics {
  /** NLL of the training images as they are, after the last epoch. */
  readonly cleanLoss: number;
  /** Mean loss on mixed images and labels over the last epoch. */
  readonly mixedLoss: number;
  /** Milliseconds of a step: drawing, mixing, training. The first epoch, which compiles, is left out. */
  readonly msPerStep: number;
}

/** Computes what a policy needs to see besides images and labels, with the values of the network before the step. */
export type Observe = (vars: Variables, batch: ImageBatch) => Promise<Partial<Evidence>>;

/** Loss of the logits [rows, classes] of mixed images, given the labels [batch] and how they were mixed. */
export type MixedLoss = (logits: tf.Tensor, labels: tf.Tensor, mix: Mix) => tf.Tensor;

/** A way of training: a policy, what it sees, and a loss. */
export interface Way {
  readonly policy: Policy;
  /** Default: cross entropy with mixed labels. */
  readonly loss?: MixedLoss;
  /** Called where the policy needs it. Default: nothing but step, images and labels is seen. */
  readonly observe?: Observe;
}

export type TrainClassifier = (way: Way, seed: number, onEpoch: () => void) => Promise<Outcome>;

interface StepInput {
  readonly images: tf.Tensor;
  readonly labels: tf.Tensor;
  readonly mix: Mix;
  readonly plan: Plan;
  readonly loss: MixedLoss;
}

const mixedCrossEntropy: MixedLoss = (logits, labels, mix) => softCrossEntropy(logits, mixTargets(mix, tf.oneHot(labels, logits.shape[1]!, 1, 0, 'float32')));

/** Weights of pixels come as a map for each row, so that no other box or mask compiles anything; λ alone stays small. */
const lowered = (plan: Plan, height: number, width: number): Mix => lower(plan, plan.kind === 'scalar' ? {} : { shape: [plan.rows, height, width] });

function median(all: readonly Metrics[]): Metrics {
  const of = (key: keyof Metrics): number => quantile(all.map((metrics) => metrics[key]), 0.5);
  return { accuracy: of('accuracy'), nll: of('nll'), ece: of('ece'), signedGap: of('signedGap') };
}

type CompiledStep = Step<Omit<StepInput, 'plan' | 'loss'>>;

/** A step that mixes where the plan says; it is compiled once for each loss and stage. */
function stepOf({ model, optimizer }: Recipe): Step<StepInput> {
  const steps = new Map<MixedLoss, Map<string | undefined, CompiledStep>>();
  const compiledFor = (loss: MixedLoss, stage: string | undefined): CompiledStep => makeStep((vars, { images, labels, mix }) => {
    const { y, buffers } = runWithMix(model, vars, images, mix, { mode: 'train', stage });
    return { loss: loss(y, labels, mix), buffers };
  }, optimizer);
  return (state, { plan: { stage }, loss, ...input }, rng) => {
    const stages = steps.get(loss) ?? new Map<string | undefined, CompiledStep>();
    const step = stages.get(stage) ?? compiledFor(loss, stage);
    steps.set(loss, stages.set(stage, step));
    return step(state, input, rng);
  };
}

function msPerStep({ history }: FitResult): number {
  const [first, ...rest] = history;
  return (1000 * rest.reduce((sum, { seconds }) => sum + seconds, 0)) / (history.at(-1)!.step - first!.step);
}

/** A function that trains a recipe's network with a policy. All its runs share compiled steps; images, their order and first weights depend on the seed alone. */
export function classifierTrainer({ test, normalization }: ImageTask, recipe: Recipe): TrainClassifier {
  const { model, batchSize, epochs, lastEpochs } = recipe;
  const [height, width] = model.inputShape as [number, number, number];
  const step = stepOf(recipe);
  const forward = makePredict((vars, x) => model.run(vars, x).y);
  const predict = (vars: Variables, dataset: Dataset) => forward(vars, batches(dataset, { size: 500, ...normalization }));

  async function evaluate(vars: Variables): Promise<Metrics> {
    const { logits, labels } = await predict(vars, test);
    const { accuracy, nll, ece, meanConfidence } = calibrationReport({ logits }, labels);
    return { accuracy, nll, ece, signedGap: meanConfidence - accuracy };
  }

  return async ({ policy, observe, loss = mixedCrossEntropy }, seed, onEpoch) => {
    const rng = createRng(seed).split('classifier');
    const train = recipe.sample(rng.split('sample'));
    const vars = model.init(rng.split('weights'));
    const state = createState(vars, recipe.optimizer);
    tf.dispose([vars.params, vars.buffers]);
    const tested: Metrics[] = [];
    const result = await fit({
      state, step, epochs, rng,
      batches: (at) => batches(train, { size: batchSize, rng: rng.split('order'), dropLast: true, ...normalization, ...at }),
      prepare: async (batch, context): Promise<StepInput> => {
        const chosen = choosePolicy(policy, context.rng, context.step);
        const known = { rows: batchSize, height, width, step: context.step, images: batch.images, labels: batch.labels };
        const isSeen = chosen.needs?.some((need) => !Object.hasOwn(known, need));
        const plan = chosen(context.rng, isSeen && observe ? { ...known, ...(await observe(context.state, batch)) } : known);
        return { images: toTf(batch.images), labels: toTf(batch.labels), mix: lowered(plan, height, width), plan, loss };
      },
      evaluate: async (at, { epoch }) => {
        onEpoch();
        if (epoch >= epochs - lastEpochs) tested.push(await evaluate(at));
        return {};
      },
    });
    const { state: end, history } = result;
    const clean = await predict(end, train);
    tf.dispose([end.params, end.buffers, end.optimizer, end.step]);
    return {
      ...median(tested),
      cleanLoss: negativeLogLikelihood({ logits: clean.logits }, clean.labels),
      mixedLoss: history.at(-1)!.train['loss']!,
      msPerStep: msPerStep(result),
    };
  };
}

/** The outcomes of every way and seed, by the name of the way. */
export async function trainWays<Name extends string>(train: TrainClassifier, ways: Readonly<Record<Name, Way>>, seeds: readonly number[], onEpoch: (name: Name, seed: number) => void): Promise<Readonly<Record<Name, readonly Outcome[]>>> {
  const outcomes: [string, Outcome[]][] = [];
  for (const [name, way] of Object.entries<Way>(ways)) {
    const results: Outcome[] = [];
    for (const seed of seeds) results.push(await train(way, seed, () => onEpoch(name as Name, seed)));
    outcomes.push([name, results]);
  }
  return Object.fromEntries(outcomes) as Record<Name, Outcome[]>;
}
