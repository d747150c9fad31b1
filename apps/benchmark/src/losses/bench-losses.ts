import { compile, valueAndGrad } from '@mixwell/autodiff';
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../engine/back-ends.ts';
import type { Area, AreaOptions } from '../harness/area.ts';
import { ourselves, python } from '../harness/commands.ts';
import { compare } from '../harness/compare.ts';
import type { Row } from '../harness/result.ts';
import type { Work } from '../harness/serve.ts';
import { copyPeak } from '../mixing/copy-peak.ts';
import { lossCases, ofMixedCopies } from './loss-cases.ts';
import { classes, makeInputs, rounds, samples } from './loss-inputs.ts';

/** What a loss is differentiated by. */
type By = Readonly<Record<string, tf.Tensor>>;

/**
 * A compiled step: loss and gradient, of which the loss and the sum of squares of the gradient come out. The gradient itself stays in the graph, as it does in a training step, where layers
 * below take it.
 */
export async function prepareLoss(name: string): Promise<Work> {
  const version = await activate('onnxruntime');
  const { logits, mixed, ...rest } = makeInputs();
  const by: By = { logits, ...(ofMixedCopies.includes(name) && { mixed }) };
  const gradient = valueAndGrad((x: By, others: typeof rest) => lossCases[name]!({ logits, mixed, ...x, ...others }));
  const run = compile((x: By, others: typeof rest) => {
    const { value, grads } = gradient(x, others);
    return [value, ...Object.values(grads).map((grad) => tf.sum(tf.sum(tf.square(grad), -1)))];
  });
  const step = (): readonly tf.Tensor[] => run(by, rest);
  const first = step();
  const check = first.reduce((sum, x, i) => sum + x.dataSync()[0]! * (i === 0 ? 1 : samples), 0);
  tf.dispose([...first]);
  return { version, check, step: () => { tf.dispose([...step()]); } };
}

async function bench({ cases: names, peers, peak, onRow, onProgress, turns, seconds }: AreaOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of names) {
    const bytes = 8 * samples * classes * (ofMixedCopies.includes(name) ? 1 + rounds : 1);
    const limit = (ms: number): string => `${(bytes / 1e6).toFixed(0)} MB of logits and gradients: ${((1000 * bytes) / peak).toFixed(1)} ms at the ${(peak / 1e9).toFixed(0)} GB/s of a copy; took ${ms.toFixed(1)} ms`;
    const commands = peers.map((peer) => ({ name: peer, command: python('losses.py', [name]) }));
    const done = await compare({ label: name, ours: ourselves('losses', [name]), peers: commands, length: { turns, seconds }, limit, onProgress });
    done.forEach(onRow);
    rows.push(...done);
  }
  return rows;
}

export const losses: Area = {
  cases: Object.keys(lossCases),
  modes: [],
  peers: ['pytorch'],
  measure() {
    const peak = copyPeak();
    return { peak, text: `a copy reads and writes ${(peak / 1e9).toFixed(0)} GB/s` };
  },
  bench,
  prepare: ([name]) => prepareLoss(name!),
};
