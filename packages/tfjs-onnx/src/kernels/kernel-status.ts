/** The README's table of kernels. */
import * as tf from '@tensorflow/tfjs-core';
import { toOnnxModel, trace } from '../index.ts';
import { fallbackKernels, uncoveredCalls } from './fallbacks.ts';
import { parityCases } from './parity-cases.ts';
import { type Case, f, fillOperand, type Operand } from './parity-operands.ts';
import { kernelTable } from './table.ts';

const image = f([2, 3, 4, 5]);
const channels = f([5]);
/** Rows that TensorFlow.js has not, or calls by a name of its own. */
const others: readonly Case[] = [
  { kernel: 'LogSoftmax', inputs: { logits: f([2, 3]) }, attrs: { axis: -1 } },
  { kernel: 'NormTrain', inputs: { x: image, gamma: channels, beta: channels }, attrs: { kind: 'batch', epsilon: 1e-3 } },
  { kernel: 'NormTrainGrad', inputs: { dy: image, x: image, gamma: channels, mean: channels, variance: channels }, attrs: { kind: 'batch', epsilon: 1e-3 } },
];

/** They move elements or change their type: said only of kernels that do nothing else. */
const MOVES = new Set(['Reshape', 'Transpose', 'Cast', 'Identity']);

/** The operators that a call becomes in an exported file. */
function operatorsOf({ kernel, inputs, attrs = {} }: Case): readonly string[] {
  const keys = Object.keys(inputs);
  const operands = keys.map((key, k) => fillOperand((inputs as Record<string, Operand>)[key]!, k));
  const call = (...tensors: tf.Tensor[]): tf.Tensor[] => {
    const named = Array.isArray(inputs) ? tensors : Object.fromEntries(tensors.map((tensor, k) => [keys[k]!, tensor]));
    return [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, named as never, attrs as never)].flat();
  };
  const graph = trace(call, operands.map(({ shape, dtype }, k) => ({ shape, dtype: dtype as 'float32', name: `in${k}` })));
  return toOnnxModel(graph).graph.nodes.map((node) => node.op);
}

/** Calls on float32, where a kernel takes it: what other types need is left out. */
function usualCases(): readonly Case[] {
  const cases = [...parityCases, ...others];
  const isFloat = ({ inputs }: Case): boolean => Object.values(inputs as Record<string, Operand>)[0]?.dtype === 'float32';
  const onFloats = new Set(cases.filter(isFloat).map(({ kernel }) => kernel));
  return cases.filter((one) => isFloat(one) || !onFloats.has(one.kernel));
}

/** They have no operands. */
const CONSTANTS = new Set(['LinSpace', 'Range']);

const byName = (a: string, b: string): number => (a.toLowerCase() < b.toLowerCase() ? -1 : 1);

/** One line per kernel. */
export function kernelStatusTable(): string {
  const operators = new Map<string, Set<string>>(Object.keys(kernelTable).map((kernel) => [kernel, new Set()]));
  tf.tidy(() => {
    for (const one of usualCases()) for (const op of operatorsOf(one)) operators.get(one.kernel)!.add(op);
  });
  const rows = [...operators].map(([kernel, ops]) => {
    const does = [...ops].filter((op) => !MOVES.has(op));
    const shown = (does.length > 0 ? does : [...ops]).sort().map((op) => `\`${op}\``).join(', ');
    return { kernel, line: `| \`${kernel}\` | ${shown || 'nothing: the operand itself'} | yes${uncoveredCalls[kernel] ? `; not ${uncoveredCalls[kernel]}` : ''} |` };
  });
  const fallbacks = Object.entries(fallbackKernels).map(([kernel, reason]) => ({ kernel, line: `| \`${kernel}\` | on the CPU back end: ${reason} | ${CONSTANTS.has(kernel) ? 'as a constant' : 'no'} |` }));
  const lines = [...rows, ...fallbacks].sort((a, b) => byName(a.kernel, b.kernel)).map(({ line }) => line);
  return ['| kernel | runs as | in compiled functions and files |', '|---|---|---|', ...lines].join('\n');
}
