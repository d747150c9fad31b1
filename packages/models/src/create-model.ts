import { convNetD, type ConvNetDOptions } from './conv-net-d.ts';
import { lenet, type LeNetOptions } from './lenet.ts';
import { linearHead, type LinearHeadOptions } from './linear-head.ts';
import { mlp, type MlpOptions } from './mlp.ts';
import type { Model } from './model.ts';
import { resnet18, type ResNetOptions } from './resnet.ts';

/** The options of each architecture, by its name. */
export interface ArchitectureOptions {
  readonly convnet: ConvNetDOptions;
  readonly lenet: LeNetOptions;
  readonly linear: LinearHeadOptions;
  readonly mlp: MlpOptions;
  readonly resnet18: ResNetOptions;
}

export type Architecture = keyof ArchitectureOptions;

/** Every architecture by its name. */
export const architectures: { readonly [A in Architecture]: (options: ArchitectureOptions[A]) => Model } = {
  convnet: convNetD,
  lenet,
  linear: linearHead,
  mlp,
  resnet18,
};

/** @throws {RangeError} listing the names, where there is no such architecture */
export function checkArchitecture(caller: string, name: string): asserts name is Architecture {
  if (!Object.hasOwn(architectures, name)) throw new RangeError(`${caller}: the architecture must be one of ${Object.keys(architectures).join(', ')}, got '${name}'`);
}

/**
 * A model by the name of its architecture, for configuration files and command lines: `createModel(model.name, model.options)` is the same
 * network as `model`.
 *
 * @throws {RangeError} for an unknown name (listing those that exist), or options that do not fit
 */
export function createModel<A extends Architecture>(name: A, options: ArchitectureOptions[A]): Model;
export function createModel(name: string, options: Readonly<Record<string, unknown>>): Model;
export function createModel(name: string, options: Readonly<Record<string, unknown>>): Model {
  checkArchitecture('createModel', name);
  const make = architectures[name] as unknown as (options: Readonly<Record<string, unknown>>) => Model;
  return make(options);
}
