import { ourselves, python } from '../harness/commands.ts';
import type { Absent, Command } from '../harness/contestant.ts';
import type { BackEnd } from './back-ends.ts';
import type { Case, Mode } from './cases.ts';

/** A program to be compared with, and the batch that it can do in reasonable time. */
export interface Peer {
  readonly name: string;
  readonly batch: (one: Case, mode: Mode) => number;
  readonly command: (one: Case, mode: Mode, batch: number) => Command | Absent;
}

/** glibc's malloc gives large blocks back to the system at once and takes page faults for them at every step; these settings keep them. */
const KEEP_BLOCKS = { MALLOC_MMAP_THRESHOLD_: '4294967296', MALLOC_TRIM_THRESHOLD_: '17179869184', MALLOC_TOP_PAD_: '268435456' };

const pytorch = (env?: Command['env']): Peer['command'] => (one, mode, batch) => python('engine.py', [one.name, mode, String(batch)], env);

/** The same program as ours on a back end of TensorFlow.js, in a process of its own. */
export function tfjs(backEnd: BackEnd): (one: Case, mode: Mode, batch: number) => Command {
  return (one, mode, batch) => ourselves('engine', [one.name, mode, String(batch), backEnd]);
}

const asIs: Peer['batch'] = ({ batch }) => batch;

/** The JavaScript back end does some 0.5 GFLOP/s. */
const few: Peer['batch'] = ({ name, batch }) => (name === 'mlp' ? batch : 1);

export const peers: readonly Peer[] = [
  { name: 'pytorch', batch: asIs, command: pytorch() },
  { name: 'pytorch-tuned', batch: asIs, command: pytorch(KEEP_BLOCKS) },
  { name: 'tfjs-node', batch: asIs, command: tfjs('tensorflow') },
  { name: 'tfjs-wasm', batch: ({ name, batch }) => (name === 'mlp' ? batch : 8), command: tfjs('wasm') },
  { name: 'tfjs-cpu', batch: few, command: tfjs('cpu') },
];
