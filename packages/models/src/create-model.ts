import { convNetD, type ConvNetDOptions } from './conv-net-d.ts';
import { lenet, type LeNetOptions } from './lenet.ts';
import { linearHead, type LinearHeadOptions } from './linear-head.ts';
import { mlp, type MlpOptions } from './mlp.ts';
import type { Model } from './model.ts';
import type { ResNetOptions } from './resnet/residual-network.ts';
import { resnet101, resnet18, resnet34, resnet50 } from './resnet/resnet.ts';
import { resnext29, resnext50, type ResNeXt29Options } from './resnet/resnext.ts';
import { wideResNet, type WideResNetOptions } from './resnet/wide-resnet.ts';
import { deitBase, deitSmall, deitTiny, vitBase, vitSmall, vitTiny } from './vit/vit-sizes.ts';
import { vit, type VitOptions } from './vit/vit.ts';

/** The options of each architecture, by its name. */
export interface ArchitectureOptions {
  readonly convnet: ConvNetDOptions;
  readonly deit_base: VitOptions;
  readonly deit_small: VitOptions;
  readonly deit_tiny: VitOptions;
  readonly lenet: LeNetOptions;
  readonly linear: LinearHeadOptions;
  readonly mlp: MlpOptions;
  readonly resnet101: ResNetOptions;
  readonly resnet18: ResNetOptions;
  readonly resnet34: ResNetOptions;
  readonly resnet50: ResNetOptions;
  readonly resnext29: ResNeXt29Options;
  readonly resnext50_32x4d: ResNetOptions;
  readonly vit: VitOptions;
  readonly vit_base: VitOptions;
  readonly vit_small: VitOptions;
  readonly vit_tiny: VitOptions;
  readonly wideresnet: WideResNetOptions;
}

export type Architecture = keyof ArchitectureOptions;

/** Every architecture by its name. */
export const architectures: { readonly [A in Architecture]: (options: ArchitectureOptions[A]) => Model } = {
  convnet: convNetD,
  deit_base: deitBase,
  deit_small: deitSmall,
  deit_tiny: deitTiny,
  lenet,
  linear: linearHead,
  mlp,
  resnet101,
  resnet18,
  resnet34,
  resnet50,
  resnext29,
  resnext50_32x4d: resnext50,
  vit,
  vit_base: vitBase,
  vit_small: vitSmall,
  vit_tiny: vitTiny,
  wideresnet: wideResNet,
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
