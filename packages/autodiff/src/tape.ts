import * as tf from '@tensorflow/tfjs-core';

/** What is read of an entry of TensorFlow.js's tape. */
interface TapeEntry {
  readonly inputs: Readonly<Record<string, tf.Tensor | null | undefined>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved?: readonly tf.Tensor[];
}

const runningTape = (): TapeEntry[] | null => tf.engine().state.activeTape;

/**
 * Puts every entry of the running tape behind those that made its inputs. A gradient that saves a *result* (customGrad's `save`, `outputsToSave`) puts the saved clone before the
 * kernel that made it; TensorFlow.js reads the tape once, from front to back, and loses the second derivative through the clone. The rules of this package save no
 * results, but `tf.logSoftmax`, `tf.losses.softmaxCrossEntropy` and gradients of third parties do.
 */
export function orderTape(): void {
  const tape = runningTape();
  if (!tape) return;
  const makers = new Map<number, TapeEntry>();
  for (const entry of tape) for (const output of entry.outputs) makers.set(output.id, entry);
  const ordered = new Set<TapeEntry>();
  const place = (entry: TapeEntry): void => {
    if (ordered.has(entry)) return;
    for (const input of Object.values(entry.inputs)) {
      const maker = input && makers.get(input.id);
      if (maker && maker !== entry && !ordered.has(maker)) place(maker);
    }
    ordered.add(entry);
  };
  tape.forEach(place);
  let at = 0;
  for (const entry of ordered) tape[at++] = entry;
}

/** Disposes what the tape has saved, unless an outer gradient still needs it: TensorFlow.js does so only where nothing was thrown. */
export function dropTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  tf.dispose((runningTape() ?? []).flatMap((entry) => entry.saved ?? []));
  state.activeTape = [];
}

/**
 * Lets a gradient be taken while TensorFlow.js runs the rules of another one backward (a rule, or the gradient function of a custom gradient, may take
 * gradients itself): there TensorFlow.js takes the inner gradient for the outermost one, and throws the tape away that the outer one has still to clean up.
 */
export function ofItsOwnTape<T>(run: () => T): T {
  const { state } = tf.engine();
  if (state.gradientDepth > 0 || !state.activeTape) return run();
  const outer = state.activeTape;
  try {
    return run();
  } finally {
    state.activeTape = outer;
  }
}
