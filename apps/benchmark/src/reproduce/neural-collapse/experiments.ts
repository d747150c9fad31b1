import { manifoldmix, mixup, noMixing } from '@mixwell/mix-core';
import { lenet, mlp } from '@mixwell/models';
import { loadImageTask, loadMnist, type ImageTask } from '../images/image-task.ts';
import type { Way } from './collapse-step.ts';
import { collapseNetwork, type CollapseNetwork } from './network.ts';
import type { CollapseBudget } from './train-collapse.ts';

/** Number of features; more than classes, and small enough to be quick. */
const FEATURES = 16;
const mix = mixup({ per: 'sample' });

/** All ways of training, by name. */
export const ways = {
  'plain': { policy: noMixing, loss: 'cross entropy', isFixed: false },
  'mixup': { policy: mix, loss: 'cross entropy', isFixed: false },
  'mixup, ETF': { policy: mix, loss: 'cross entropy', isFixed: true },
  'mixup, squared error': { policy: mix, loss: 'squared error', isFixed: true },
  'manifold mixup': { policy: manifoldmix({ alpha: 1, per: 'sample', stages: ['input', 'fc1'] }), loss: 'cross entropy', isFixed: false },
} satisfies Record<string, Way>;

export type WayName = keyof typeof ways;

/** One architecture on one data set. */
export interface Experiment {
  /** 'MNIST, LeNet' */
  readonly name: string;
  readonly task: ImageTask;
  readonly network: CollapseNetwork;
  readonly budget: CollapseBudget;
  /** The ways that are compared. */
  readonly ways: readonly WayName[];
}

const shared = { images: 500, mu: 0.02, weightDecay: 1e-4 };

function architectures({ train }: ImageTask): Readonly<Record<'MLP' | 'LeNet', Pick<Experiment, 'network' | 'budget'>>> {
  const inputShape = train.images.shape.slice(1) as [number, number, number];
  return {
    MLP: {
      network: collapseNetwork(mlp({ inputShape, classes: FEATURES, hidden: [256, 256] }), train.classes),
      budget: { ...shared, epochs: 180, batchSize: 100, learningRate: 0.2 },
    },
    LeNet: {
      network: collapseNetwork(lenet({ inputShape, classes: FEATURES }), train.classes),
      budget: { ...shared, epochs: 110, batchSize: 50, learningRate: 0.2 },
    },
  };
}

/** What is compared: with and without mixup everywhere, the rest where it is quick. */
const compared: Readonly<Record<'MLP' | 'LeNet', { readonly always: readonly WayName[]; readonly onDigits: readonly WayName[] }>> = {
  MLP: { always: ['plain', 'mixup', 'mixup, ETF', 'mixup, squared error'], onDigits: ['manifold mixup'] },
  LeNet: { always: ['plain', 'mixup'], onDigits: ['mixup, ETF'] },
};

/** MNIST, and Fashion-MNIST where it is to be had; with both architectures each. */
export function experiments(dataDir: string | null): readonly Experiment[] {
  const mnist = loadMnist();
  const fashion = loadImageTask(dataDir);
  const tasks = fashion.name === mnist.name ? [mnist] : [mnist, fashion];
  return tasks.flatMap((task) => {
    const known = architectures(task);
    return (['MLP', 'LeNet'] as const).map((name) => ({
      name: `${task.name}, ${name}`, task, ...known[name], ways: [...compared[name].always, ...(task === mnist ? compared[name].onDigits : [])],
    }));
  });
}
