import { placeBeforeTensorFlow, placeOfCaller } from './user-place.ts';

/**
 * Calls a function in which chance is refused: what TensorFlow.js draws without a seed (`tf.randomUniform`, `tf.dropout`) is drawn on the host,
 * so that a traced function would give the same at each call.
 */
export function withoutChance<T>(name: string, fn: () => T): T {
  const { random } = Math;
  const refuse = (): never => {
    throw new Error(`onnxruntime: ${name}: something random without a seed while it is traced${placeBeforeTensorFlow() || placeOfCaller(refuse)}: its result would be the same at each call; draw it from a generator that is an argument, or pass it as a tensor`);
  };
  Object.assign(Math, { random: refuse });
  try {
    return fn();
  } finally {
    Object.assign(Math, { random });
  }
}
