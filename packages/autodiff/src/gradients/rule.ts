import * as tf from '@tensorflow/tfjs-core';
import { zeros } from './zeros.ts';

/** For each operand by name, a function that gives its gradient; called only for operands that are differentiated. */
export type Pullback = Readonly<Record<string, () => tf.Tensor>>;

/** How the gradient of one kernel is computed. Everything a rule calls has a rule itself, so that gradients can be differentiated again. */
export type Rule = Omit<tf.GradConfig, 'kernelName'>;

/** Rules by the name of the kernel. */
export type GradientTable = Readonly<Record<string, Rule>>;

type Operands<Name extends string> = Readonly<Record<Name, tf.Tensor>>;

/**
 * A rule that reads the named operands. It never gets the result: TensorFlow.js puts a saved result on its tape before the kernel that made it, and
 * second derivatives through it are lost. What is needed of the result is computed again.
 *
 * @param pullback (gradient of the loss by the result, operands, attributes: those of the kernel) → gradients by the operands
 */
export function rule<const Name extends string>(
  names: readonly Name[],
  pullback: (dy: tf.Tensor, operands: Operands<Name>, attrs: never) => Pullback,
): Rule {
  return {
    inputsToSave: [...names],
    gradFunc: (dy, saved, attrs) => {
      const operands = Object.fromEntries(names.map((name, i) => [name, saved[i]!])) as Operands<Name>;
      return settled(pullback(dy as tf.Tensor, operands, attrs as never), operands, [dy, ...saved]);
    },
  };
}

/** A rule for a kernel over a list of tensors. */
export function listRule(pullback: (dy: tf.Tensor, list: readonly tf.Tensor[], attrs: never) => readonly (() => tf.Tensor)[]): Rule {
  return {
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => settled(byIndex(pullback(dy as tf.Tensor, saved, attrs as never)), byIndex(saved), [dy, ...saved]),
  };
}

const byIndex = <T>(list: readonly T[]): Record<string, T> => Object.fromEntries(list.map((item, i) => [String(i), item]));

/** A rule for a kernel with several results, or a list of them. Results that the loss does not use have a gradient of zeros. */
export function multiRule<const Name extends string>(
  names: readonly Name[],
  pullback: (dys: readonly tf.Tensor[], operands: Operands<Name>, attrs: never) => Pullback,
): Rule {
  return {
    inputsToSave: [...names],
    gradFunc: (dys, saved, attrs) => {
      const operands = Object.fromEntries(names.map((name, i) => [name, saved[i]!])) as Operands<Name>;
      const list = [dys].flat();
      return settled(pullback(list, operands, attrs as never), operands, [...list, ...saved]);
    },
  };
}

/** A rule for kernels whose result does not move when the named operands do a little: comparisons, rounding, positions. */
export function constantIn(...names: readonly string[]): Rule {
  return rule(names, (_, operands) => Object.fromEntries(names.map((name) => [name, () => zeros(operands[name]!.shape)])));
}

/**
 * Makes every gradient a tensor of its own, since TensorFlow.js disposes gradients as it adds them up; operands that are not
 * float32 get zeros.
 */
function settled(pullback: Pullback, operands: Readonly<Record<string, tf.Tensor>>, given: readonly unknown[]): Record<string, () => tf.Tensor> {
  return Object.fromEntries(Object.entries(pullback).map(([name, compute]) => [name, () => {
    const operand = operands[name];
    if (operand && operand.dtype !== 'float32') return zeros(operand.shape);
    const gradient = compute();
    return given.includes(gradient) ? tf.clone(gradient) : gradient;
  }]));
}
