import type { Recorder } from '../graph/recorder.ts';
import { planPending } from '../graph/plan.ts';
import { elements, leaf, type Value } from '../graph/value.ts';

/** Shapes, axes and the like have no more elements. */
const FEW = 64;

/** Runs one recorded kernel whose operands are known. */
export type RunPlan = (plan: ReturnType<typeof planPending>) => readonly (Float32Array | Int32Array | Uint8Array)[];

/**
 * A recorder that computes at once what follows from a few whole numbers that are known, such as the sizes of an axis: programs that compute shapes with
 * tensors read them, and could not be traced else. What is computed is a constant of the graph; where it depends on a symbolic axis, the traces
 * differ in it.
 */
export function withKnownNumbers(recorder: Recorder, run: RunPlan): Recorder {
  const derived = new WeakSet<Value>();
  const isFew = (value: Value): boolean => elements(value.shape) <= FEW;
  const dataOf = (value: Value): Value['data'] => (value.base ?? value).data;

  function isKnown(inputs: readonly Value[]): boolean {
    return inputs.every((value) => dataOf(value) !== null && isFew(value)) && inputs.some((value) => value.dtype === 'int32' || derived.has(value.base ?? value));
  }

  return {
    pending: recorder.pending,
    drop: (node) => recorder.drop(node),
    settle: () => recorder.settle(),
    record(kernel, inputs, attrs, outputs) {
      const made = recorder.record(kernel, inputs, attrs, outputs);
      const { node } = made[0]!;
      if (node === null || !isKnown(inputs) || !made.every(isFew)) return made;
      const results = run(planPending([node], made));
      recorder.drop(node);
      return made.map(({ shape, dtype }, i) => {
        const value = leaf(results[i]!, shape, dtype);
        derived.add(value);
        return value;
      });
    },
  };
}
