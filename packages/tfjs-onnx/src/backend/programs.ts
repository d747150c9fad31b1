import type { Plan } from '../graph/plan.ts';
import { elements, type Value } from '../graph/value.ts';
import { type LoweredGraph, lowerGraph, loweredModel } from '../lower/lower-graph.ts';
import { writeOnnx } from '../onnx/write.ts';
import { channelBlock } from '../runtime/channel-block.ts';
import { createSession, type OnnxSession, type SessionTensor } from '../session.ts';
import { countingRuns } from './kernel-report.ts';
import { createLru } from './lru.ts';

/** Captured tensors up to this many elements become part of the model; larger ones are fed, so that they exist once. */
const INLINE_ELEMENTS = 16_384;
/** Sessions kept: each owns threads. */
const SESSIONS = 32;

/** A compiled plan. */
export interface Program {
  /** Runs it on values for the plan's leaves, in their order; gives the elements of its outputs. */
  run(leaves: readonly Value[]): readonly (Float32Array | Int32Array | Uint8Array)[];
  release(): void;
}

/** Outside of the back end's instance: `tf.engine().reset()` makes a new one. */
const sessions = createLru<Program>(SESSIONS, (program) => program.release());

/** The program of a lazily recorded plan; an equal plan gets the same. */
export function lazyProgram(plan: Plan): Program {
  return sessions.get(plan.key, () => createProgram(plan, () => false));
}

/** A program that belongs to one compiled function, whose captured leaves are frozen. */
export function compiledProgram(plan: Plan): Program {
  return createProgram(plan, (value) => value.argument === null && value.data !== null && elements(value.shape) <= INLINE_ELEMENTS);
}

/** ONNX Runtime's message names an operator; the kernels that led to it are ours to name. */
function load(plan: Plan, lowered: LoweredGraph): OnnxSession {
  try {
    return createSession(writeOnnx(loweredModel(lowered)), { nodes: lowered.nodes.length });
  } catch (cause) {
    const kernels = [...new Set(plan.nodes.map((node) => node.kernel))].join(', ');
    throw new Error(`onnxruntime: cannot load the graph of ${plan.nodes.length} kernels (${kernels}): ${(cause as Error).message}`, { cause });
  }
}

function createProgram(plan: Plan, inline: (value: Value) => boolean): Program {
  const fed = plan.leaves.map((value, i) => ({ name: `i${i}`, value, position: i })).filter((feed) => !inline(feed.value));
  const outputs = plan.outputs.map((value, i) => ({ name: `o${i}`, value }));
  const lowered = lowerGraph({ feeds: fed, constants: plan.leaves.filter(inline), nodes: plan.nodes, outputs }, { microsoftOps: true, specialise: true, channelBlock: channelBlock() });
  // The program outlives the values: it keeps names and places only.
  const places = fed.map(({ name, position }) => ({ name, position }));
  const session = load(plan, lowered);
  const names = outputs.map((output) => output.name);
  const count = countingRuns(plan.nodes);
  return {
    run: (leaves) => {
      count();
      const feeds: Record<string, SessionTensor> = {};
      for (const { name, position } of places) {
        const value = leaves[position]!;
        value.feed ??= session.tensor(value.dtype, value.data as Float32Array, value.shape);
        feeds[name] = value.feed as SessionTensor;
      }
      const results = session.run(feeds, names);
      return names.map((name) => results[name]!.data as Float32Array);
    },
    release: () => session.release(),
  };
}
