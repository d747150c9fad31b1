import { type HostTensor, hostTensor, toHost } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { checkPlan } from './check-plan.ts';
import type { Plan } from './plan.ts';

/** Anything that `toHost` of `@mixwell/tensor` reads. */
export type LabelInput = Parameters<typeof toHost>[0];

/** [batch] whole numbers in [0, classes). */
export function readLabels(caller: string, labels: LabelInput, batch: number, classes: number): Int32Array {
  const { shape, data } = toHost(labels);
  if (shape.length !== 1 || shape[0] !== batch) throw new RangeError(`${caller}: labels must have shape [${batch}], got [${shape.join(', ')}]`);
  return Int32Array.from({ length: batch }, (_, i) => {
    const label = Number(data[i]);
    if (!Number.isInteger(label) || label < 0 || label >= classes) throw new RangeError(`${caller}: labels[${i}] must be a whole number in [0, ${classes}), got ${label}`);
    return label;
  });
}

/**
 * The mixed targets of a plan: row r holds the label weights of its sources at their labels. The target for `softCrossEntropy` of `@mixwell/losses`.
 *
 * @param labels [batch] whole numbers in [0, classes)
 * @returns [rows, classes]
 * @throws {RangeError} for another number of labels than `plan.batch`, or a label out of range, naming it
 */
export function mixLabels(plan: Plan, labels: LabelInput, classes: number): HostTensor<'float32'> {
  checkPlan(plan, 'mixLabels');
  checkWhole('mixLabels', 'classes', classes);
  const { batch, rows, k, sources, labelWeights } = plan;
  const read = readLabels('mixLabels', labels, batch, classes);
  const targets = new Float32Array(rows * classes);
  for (let i = 0; i < rows * k; i++) targets[Math.floor(i / k) * classes + read[sources[i]!]!]! += labelWeights[i]!;
  return hostTensor('float32', [rows, classes], targets);
}
