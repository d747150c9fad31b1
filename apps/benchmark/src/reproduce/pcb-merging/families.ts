import { createRng, type Rng } from '@mixwell/tensor';
import type { ImageTask } from '../images/image-task.ts';
import type { Family } from './merge-ways.ts';
import type { Networks, Weights } from './networks.ts';
import { changeTask, drawTask, joinSamples, noisy, speckled, symmetries, type Task } from './tasks.ts';

/** Steps of a base, and of fine-tuning. */
const [BASE, TUNING] = [60, 150];
const checkpoints: readonly number[] = [100, 150, 200, 250, 300];

export interface Images {
  readonly digits: ImageTask;
  /** Another domain: Fashion-MNIST where it is, else the digits. */
  readonly other: ImageTask;
}

/** All families of a seed. */
export interface Families {
  readonly settings: Readonly<Record<'tasks' | 'domains' | 'checkpoints' | 'unseen domain' | 'adapters', Family>>;
  /** 2 … 8 tasks, of one base. */
  readonly curve: readonly Family[];
}

const each = (count: number): (readonly [number, number])[] => Array.from({ length: count }, (_, i) => [i, i] as const);

/** A network that knows a little of every task. */
function baseOf(networks: Networks, tasks: readonly Task[], rng: Rng): Weights {
  return networks.train(networks.first(rng.split('weights')), { data: joinSamples(tasks.map(({ train }) => train)), rng: rng.split('base'), keepAt: [BASE] })[0]!;
}

function family(networks: Networks, tasks: readonly Task[], rng: Rng, seed: number, adapters = false): Family {
  const base = baseOf(networks, tasks, rng);
  const models = tasks.map(({ train }, i) => networks.train(base, { data: train, rng: rng.split(`task ${i}`), keepAt: [TUNING], adapters })[0]!);
  return { base, models, seed, validation: tasks.map(({ validation }) => validation), test: tasks.map(({ test }) => test), alone: each(tasks.length) };
}

function checkpointsOf(networks: Networks, task: Task, rng: Rng, seed: number): Family {
  const base = baseOf(networks, [task], rng);
  const models = networks.train(base, { data: task.train, rng: rng.split('run'), keepAt: checkpoints });
  return { base, models, seed, validation: [task.validation], test: [task.test], alone: models.map((_, i) => [i, 0]) };
}

/** Trains all that is merged with a seed. */
export function trainFamilies(networks: Networks, { digits, other }: Images, seed: number): Families {
  const rng = createRng(seed).split('pcb-merging');
  const task = drawTask(rng.split('digits'), digits);
  const turned = symmetries.map((change) => changeTask(task, change));
  const second = other === digits ? turned[2]! : drawTask(rng.split('other'), other);
  const domains = family(networks, [task, second, changeTask(task, noisy(rng.split('noise')))], rng.split('domains'), seed);
  const unseen = changeTask(task, speckled(rng.split('speckles')));
  const all = family(networks, turned, rng.split('curve'), seed);
  const some = (count: number): Family => ({ ...all, models: all.models.slice(0, count), validation: all.validation.slice(0, count), test: all.test.slice(0, count), alone: each(count) });
  return {
    settings: {
      'tasks': family(networks, turned.slice(0, 4), rng.split('tasks'), seed),
      domains,
      'checkpoints': checkpointsOf(networks, task, rng.split('checkpoints'), seed),
      'unseen domain': { ...domains, test: [unseen.test], alone: domains.models.map((_, i) => [i, 0]) },
      'adapters': family(networks, turned.slice(0, 4), rng.split('tasks'), seed, true),
    },
    curve: [2, 3, 4, 5, 6, 7, 8].map(some),
  };
}
