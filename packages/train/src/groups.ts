import type * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '@mixwell/tensor';
import { checkAtLeast } from './check.ts';
import { glob } from './glob.ts';

/** Which parameters: globs on their names (`*` any characters, dots included; `?` one), or a test of name and shape. */
export type Match = string | readonly string[] | ((name: string, shape: readonly number[]) => boolean);

/** Parameters that are treated in another way. A parameter belongs to the first group that matches it. */
export interface Group {
  readonly match: Match;
  /** Their learning rate is so many times the schedule's. Default 1. */
  readonly learningRateScale?: number;
  /** In place of the optimiser's. Default the optimiser's. */
  readonly weightDecay?: number;
  /** They do not change, have no gradient and no optimiser state. Default false. */
  readonly frozen?: boolean;
}

/** How one parameter is treated. */
export interface Treatment {
  readonly learningRateScale: number;
  readonly weightDecay: number;
  readonly frozen: boolean;
}

function matcher(match: Match): (name: string, shape: readonly number[]) => boolean {
  if (typeof match === 'function') return match;
  const tests = (typeof match === 'string' ? [match] : match).map(glob);
  return (name) => tests.some((test) => test(name));
}

const describe = (match: Match): string => (typeof match === 'function' ? 'a function' : `'${String(match)}'`);

export interface Groups {
  readonly treatment: (name: string, shape: readonly number[]) => Treatment;
  /** Names of the parameters that are not frozen. */
  readonly trainable: (params: StateDict<tf.Tensor>) => readonly string[];
  /** @throws {RangeError} where a group matches no parameter: a mistyped name would go unnoticed */
  readonly check: (params: StateDict<tf.Tensor>) => void;
}

/** The groups of an optimiser, over its own weight decay. */
export function resolveGroups(caller: string, groups: readonly Group[], weightDecay: number): Groups {
  const resolved = groups.map((group, i) => {
    const { learningRateScale = 1, weightDecay: decay = weightDecay, frozen = false } = group;
    checkAtLeast(caller, `groups[${i}].learningRateScale`, learningRateScale, 0);
    checkAtLeast(caller, `groups[${i}].weightDecay`, decay, 0);
    return { matches: matcher(group.match), treatment: { learningRateScale, weightDecay: decay, frozen } };
  });
  const rest: Treatment = { learningRateScale: 1, weightDecay, frozen: false };
  const treatment = (name: string, shape: readonly number[]): Treatment => resolved.find(({ matches }) => matches(name, shape))?.treatment ?? rest;
  return {
    treatment,
    trainable: (params) => Object.keys(params).filter((name) => !treatment(name, params[name]!.shape).frozen),
    check(params) {
      const entries = Object.entries(params);
      const idle = resolved.findIndex(({ matches }) => !entries.some(([name, { shape }]) => matches(name, shape)));
      if (idle === -1) return;
      throw new RangeError(`${caller}: groups[${idle}].match must match a parameter, got ${describe(groups[idle]!.match)} for ${Object.keys(params).join(', ')}`);
    },
  };
}
