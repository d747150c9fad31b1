import * as tf from '@tensorflow/tfjs-core';
import { stateDict, type StateDict } from '@mixwell/tensor';
import type { Groups, Treatment } from './groups.ts';
import { mapLeaves } from './tree.ts';

/** What an optimiser remembers of each parameter, by quantity. */
export type Slots = Readonly<Record<string, StateDict<tf.Tensor>>>;

/** One trained parameter and all that its update depends on. */
export interface ParameterUpdate extends Treatment {
  readonly param: tf.Tensor;
  readonly grad: tf.Tensor;
  /** By quantity. */
  readonly slots: Readonly<Record<string, tf.Tensor>>;
  /** The schedule's rate times the group's scale; scalar. */
  readonly rate: tf.Tensor;
}

export interface Update {
  readonly caller: string;
  readonly groups: Groups;
  readonly grads: StateDict<tf.Tensor>;
  readonly slots: Slots;
  readonly params: StateDict<tf.Tensor>;
  readonly learningRate: tf.Tensor;
  /** The new parameter and its new slots. */
  readonly rule: (update: ParameterUpdate) => { readonly param: tf.Tensor; readonly slots: Readonly<Record<string, tf.Tensor>> };
}

/** Zeros like each trained parameter, for each quantity. */
export function zeroSlots(groups: Groups, params: StateDict<tf.Tensor>, quantities: readonly string[]): Slots {
  groups.check(params);
  const names = groups.trainable(params);
  return Object.fromEntries(quantities.map((quantity) => [quantity, stateDict(names.map((name) => [name, tf.zerosLike(params[name]!)]))]));
}

/** A parameter's own tensors among those of all parameters. */
function slotsOf(slots: Slots, name: string): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(slots).flatMap(([quantity, tensors]) => (tensors[name] ? [[quantity, tensors[name]]] : [])));
}

function updateOne({ caller, groups, grads, slots, params, learningRate, rule }: Update, name: string): ReturnType<Update['rule']> {
  const param = params[name]!;
  const grad = grads[name];
  const treatment = groups.treatment(name, param.shape);
  const own = slotsOf(slots, name);
  if (!grad || treatment.frozen) return { param: tf.clone(param), slots: mapLeaves(own, (slot) => tf.clone(slot)) };
  if (grad.shape.join() !== param.shape.join()) {
    throw new RangeError(`${caller}: grads.${name} must have shape [${param.shape.join(', ')}], got [${grad.shape.join(', ')}]`);
  }
  const missing = Object.keys(slots).find((quantity) => !own[quantity]);
  if (missing !== undefined) throw new RangeError(`${caller}: state.${missing} must hold ${name} (init makes it)`);
  const rate = treatment.learningRateScale === 1 ? learningRate : tf.mul(learningRate, treatment.learningRateScale);
  return rule({ ...treatment, param, grad, slots: own, rate });
}

/** Applies a rule to every trained parameter that has a gradient, and clones all else. */
export function updateEach(update: Update): { params: StateDict<tf.Tensor>; slots: Slots } {
  const updated = Object.keys(update.params).map((name) => [name, updateOne(update, name)] as const);
  return {
    params: stateDict(updated.map(([name, { param }]) => [name, param])),
    slots: Object.fromEntries(Object.keys(update.slots).map((quantity) =>
      [quantity, stateDict(updated.flatMap(([name, { slots }]) => (slots[quantity] ? [[name, slots[quantity]]] : [])))])),
  };
}
