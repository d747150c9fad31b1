import { choice, permutation, type Rng, type ToHostInput } from '@mixwell/tensor';
import { checkRng, checkWhole } from '../check.ts';
import { numberClasses, readLabels } from '../rows/read-labels.ts';

export interface ClassBalancedSamplerOptions {
  /** Classes of a batch, all different. */
  readonly classes: number;
  /** Samples of each. */
  readonly perClass: number;
  readonly rng: Rng;
}

/**
 * Batches of `classes` different classes with `perClass` samples of each, side by side: `[classes · perClass]` indices. Each pass takes the classes in a new random order, so that all come equally
 * often; samples of a class are drawn without replacement within a batch, with it only where the class has fewer than `perClass`. Endless.
 *
 * @param labels `[samples]`, whole numbers
 * @throws {RangeError | TypeError} for labels that are none, fewer classes than a batch has, no generator
 */
export function classBalancedSampler(labels: ToHostInput, { classes, perClass, rng }: ClassBalancedSamplerOptions): Generator<Int32Array, never> {
  const name = 'classBalancedSampler';
  checkWhole(name, 'classes', classes);
  checkWhole(name, 'perClass', perClass);
  checkRng(name, rng);
  const { of, counts } = numberClasses(readLabels(name, 'labels', labels));
  if (counts.length < classes) throw new RangeError(`${name}: labels must have at least ${classes} classes, got ${counts.length}`);
  const members: number[][] = counts.map(() => []);
  of.forEach((label, sample) => members[label]!.push(sample));
  return batches(members, { classes, perClass, rng });
}

function* batches(members: readonly (readonly number[])[], { classes, perClass, rng }: ClassBalancedSamplerOptions): Generator<Int32Array, never> {
  let left: number[] = [];
  for (;;) {
    const chosen = left.splice(0, classes);
    if (chosen.length < classes) {
      // a batch across two passes takes no class twice: those it has already wait for the next batch
      const order = [...permutation(rng, members.length)];
      const fresh = order.filter((label) => !chosen.includes(label)).slice(0, classes - chosen.length);
      chosen.push(...fresh);
      left = order.filter((label) => !fresh.includes(label));
    }
    yield Int32Array.from(chosen.flatMap((label) => {
      const own = members[label]!;
      return Array.from(choice(rng, own.length, perClass, { replace: own.length < perClass }), (at) => own[at]!);
    }));
  }
}
