import * as tf from '@tensorflow/tfjs-core';
import { isStatic, mapTree } from './tree.ts';

/** So many different values of one static argument are taken for a mistake. */
const CHANGES = 3;

/**
 * Notes each trace of a function. Warns when the same number, string or boolean keeps changing: each change traces the function anew. And when there are
 * more combinations of shapes than programs are kept.
 */
export function watchRetraces(name: string, kept: number): (args: readonly unknown[]) => void {
  const statics = new Map<string, Set<unknown>>();
  const shapes = new Map<string, Set<string>>();
  let traces = 0;
  let warned = false;
  const warn = (path: string, now: string, what: string): void => {
    warned = true;
    tf.backend_util.warn(`onnxruntime: ${name}: argument ${path} (now ${now}) ${what}`);
  };
  return (args) => {
    traces += 1;
    mapTree(args, '', (leaf, path) => {
      if (leaf instanceof tf.Tensor) {
        note(shapes, path, `${leaf.dtype}[${leaf.shape.join()}]`, kept + 1);
      } else if (isStatic(leaf) && note(statics, path, leaf, CHANGES) && statics.get(path)!.size === CHANGES) {
        warn(path, String(leaf), 'keeps changing, and each change compiles the function anew; pass it as a tensor');
      }
      return leaf;
    });
    if (traces <= kept || warned) return;
    const [path, seen] = [...shapes].reduce((most, entry) => (entry[1].size > most[1].size ? entry : most), ['', new Set<string>()]);
    if (seen.size > 1) warn(path, [...seen].at(-1)!, `keeps changing its shape, and only the last ${kept} combinations stay compiled; pad it to a few sizes`);
  };
}

/** Whether the value is new. Sets stop growing at `limit`. */
function note<T>(seen: Map<string, Set<T>>, path: string, value: T, limit: number): boolean {
  const values = seen.get(path) ?? new Set();
  seen.set(path, values);
  if (values.size >= limit || values.has(value)) return false;
  values.add(value);
  return true;
}
