import { createModel, type Model } from '@mixwell/models';

/** What a case may do in a step. */
export const modes = ['train', 'infer'] as const;

export type Mode = (typeof modes)[number];

/** A network that is timed, by the name that the programs of all peers know it by. */
export interface Case {
  readonly name: string;
  readonly batch: number;
  readonly model: () => Model;
}

const images = { inputShape: [32, 32, 3], classes: 10 } as const;

/** All of them, small ones first. */
export const cases: readonly Case[] = [
  { name: 'mlp', batch: 128, model: () => createModel('mlp', { inputShape: [784], classes: 10, hidden: [256] }) },
  { name: 'convnet-3', batch: 128, model: () => createModel('convnet', { ...images, width: 128, depth: 3 }) },
  { name: 'resnet-18', batch: 64, model: () => createModel('resnet18', images) },
  { name: 'wrn-16-4', batch: 64, model: () => createModel('wideresnet', { ...images, depth: 16, widen: 4 }) },
  { name: 'vit-tiny-4', batch: 64, model: () => createModel('vit', { ...images, patch: 4, dim: 192, depth: 12, heads: 3 }) },
];

/** The case of a name in `cases`. */
export function caseNamed(name: string): Case {
  return cases.find((one) => one.name === name)!;
}
