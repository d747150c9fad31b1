import { leastProbability } from '../post-hoc/affine/dirichlet-scaling.ts';
import { margin } from '../post-hoc/binary/beta-calibration.ts';
import type { BinaryCalibrator } from '../post-hoc/binary/binary-calibrator.ts';
import type { OneVsRestCalibrator } from '../post-hoc/binary/multiclass.ts';
import type { Calibrator } from '../post-hoc/calibrator.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** What appended nodes give. */
export interface Calibrated {
  readonly kind: 'logits' | 'probabilities';
  readonly value: string;
}

const scalar = (to: GraphBuilder, value: number): string => to.constant([value], []);
const clip = (to: GraphBuilder, x: string, low: number, high: number): string => to.node('Min', [to.node('Max', [x, scalar(to, low)]), scalar(to, high)]);
const softmax = (to: GraphBuilder, z: string): string => to.node('Softmax', [z], { axis: 1 });

/** log p, clipped as the host does. */
export const logOf = (to: GraphBuilder, p: string): string => to.node('Log', [clip(to, p, leastProbability, 1)]);

function affine(to: GraphBuilder, x: string, weights: readonly (readonly number[])[], bias: readonly number[]): string {
  const k = bias.length;
  const transposed = Float64Array.from({ length: k * k }, (_, at) => weights[at % k]![Math.floor(at / k)]!);
  return to.node('Add', [to.node('MatMul', [x, to.constant(transposed, [k, k])]), to.constant(bias, [k])]);
}

/** z_k − log Σ_{j≠k} exp(z_j). Where one logit is the largest, the sum of the others is taken from them, as it may be lost beside it. */
function logOdds(to: GraphBuilder, z: string): string {
  const largest = to.reduce('ReduceMax', z, 1, true);
  const terms = to.node('Exp', [to.node('Sub', [z, largest])]);
  const others = to.node('Add', [largest, to.node('Log', [to.node('Sub', [to.reduce('ReduceSum', terms, 1, true), terms])])]);
  const below = to.node('Less', [z, largest]);
  const rest = to.node('Where', [below, z, scalar(to, -1e30)]);
  const second = to.reduce('ReduceMax', rest, 1, true);
  const ofRest = to.node('Add', [second, to.node('Log', [to.reduce('ReduceSum', to.node('Exp', [to.node('Sub', [rest, second])]), 1, true)])]);
  const tied = to.node('Greater', [to.reduce('ReduceSum', to.node('Where', [below, scalar(to, 0), scalar(to, 1)]), 1, true), scalar(to, 1.5)]);
  return to.node('Sub', [z, to.node('Where', [to.node('Or', [below, tied]), others, ofRest])]);
}

/** y[k, 0] + Σ_j (y[k, j + 1] − y[k, j]) share[·, k, j]; `pieces` makes the shares, [batch, classes, pieces], of scores [batch, classes, 1]. */
function sumOfPieces(to: GraphBuilder, scores: string, heights: readonly (readonly number[])[], pieces: (scores: string, length: number) => string): string {
  const classes = heights.length;
  const length = Math.max(...heights.map((y) => y.length)) - 1;
  const first = to.constant(heights.map((y) => y[0]!), [classes]);
  if (length === 0) return to.node('Add', [to.node('Mul', [scores, scalar(to, 0)]), first]);
  const rises = to.constant(heights.flatMap((y) => Array.from({ length }, (_, j) => (j + 1 < y.length ? y[j + 1]! - y[j]! : 0))), [classes, length]);
  const share = pieces(to.reshape(scores, [0, classes, 1]), length);
  return to.node('Add', [first, to.reduce('ReduceSum', to.node('Mul', [share, rises]), 2, false)]);
}

type MapsOf<T extends BinaryCalibrator['type']> = readonly Extract<BinaryCalibrator, { type: T }>[];

function isotonic(to: GraphBuilder, p: string, maps: MapsOf<'isotonic'>): string {
  const classes = maps.length;
  const mapped = sumOfPieces(to, p, maps.map(({ y }) => y), (scores, length) => {
    const pieces = maps.flatMap(({ x }) => Array.from({ length }, (_, j) => (j + 1 < x.length ? { start: x[j]!, width: x[j + 1]! - x[j]! } : { start: 0, width: 1 })));
    const along = to.node('Sub', [scores, to.constant(pieces.map(({ start }) => start), [classes, length])]);
    return clip(to, to.node('Div', [along, to.constant(pieces.map(({ width }) => width), [classes, length])]), 0, 1);
  });
  if (maps.every(({ tilt }) => tilt === 0)) return mapped;
  return to.node('Add', [mapped, to.node('Mul', [p, to.constant(maps.map(({ tilt }) => tilt), [classes])])]);
}

function histogram(to: GraphBuilder, p: string, maps: MapsOf<'histogram'>): string {
  return sumOfPieces(to, p, maps.map(({ values }) => values), (scores, length) => {
    const edges = to.constant(maps.flatMap(({ edges: own }) => Array.from({ length }, (_, j) => own[j] ?? 2)), [maps.length, length]);
    return to.node('Where', [to.node('Greater', [scores, edges]), scalar(to, 1), scalar(to, 0)]);
  });
}

/** 1 / (1 + exp(x)) */
const logistic = (to: GraphBuilder, x: string): string => to.node('Div', [scalar(to, 1), to.node('Add', [scalar(to, 1), to.node('Exp', [x])])]);

function platt(to: GraphBuilder, z: string, maps: MapsOf<'platt'>): string {
  const perClass = (pick: (map: MapsOf<'platt'>[number]) => number): string => to.constant(maps.map(pick), [maps.length]);
  return logistic(to, to.node('Add', [to.node('Mul', [logOdds(to, z), perClass(({ a }) => a)]), perClass(({ b }) => b)]));
}

function beta(to: GraphBuilder, p: string, maps: MapsOf<'beta'>): string {
  const perClass = (pick: (map: MapsOf<'beta'>[number]) => number): string => to.constant(maps.map(pick), [maps.length]);
  const clipped = clip(to, p, margin, 1 - margin);
  const no = to.node('Mul', [perClass(({ b }) => b), to.node('Log', [to.node('Sub', [scalar(to, 1), clipped])])]);
  const yes = to.node('Mul', [perClass(({ a }) => a), to.node('Log', [clipped])]);
  return logistic(to, to.node('Sub', [to.node('Sub', [no, yes]), perClass(({ c }) => c)]));
}

function oneVsRest(to: GraphBuilder, z: string, { maps }: OneVsRestCalibrator): string {
  const of = <T extends BinaryCalibrator['type']>(): MapsOf<T> => maps as MapsOf<T>;
  const apply = {
    platt: () => platt(to, z, of<'platt'>()),
    beta: () => beta(to, softmax(to, z), of<'beta'>()),
    isotonic: () => isotonic(to, softmax(to, z), of<'isotonic'>()),
    histogram: () => histogram(to, softmax(to, z), of<'histogram'>()),
  };
  const mapped = apply[maps[0]!.type]();
  const sum = to.reduce('ReduceSum', mapped, 1, true);
  return to.node('Where', [to.node('Greater', [sum, scalar(to, 0)]), to.node('Div', [mapped, sum]), scalar(to, 1 / maps.length)]);
}

/**
 * Appends what a calibrator does to logits [batch, classes].
 *
 * @throws {RangeError} for a calibrator that has no nodes
 */
export function calibratorNodes(to: GraphBuilder, calibrator: Calibrator, z: string): Calibrated {
  const logits = (value: string): Calibrated => ({ kind: 'logits', value });
  const tempered = (temperature: number): string => to.node('Div', [z, scalar(to, temperature)]);
  switch (calibrator.type) {
    case 'temperature': return logits(tempered(calibrator.temperature));
    case 'vector': return logits(to.node('Add', [to.node('Mul', [z, to.constant(calibrator.weights, [calibrator.weights.length])]), to.constant(calibrator.bias, [calibrator.bias.length])]));
    case 'matrix': return logits(affine(to, z, calibrator.weights, calibrator.bias));
    case 'dirichlet': return logits(affine(to, logOf(to, softmax(to, z)), calibrator.weights, calibrator.bias));
    case 'ensemble-temperature': {
      const parts = [tempered(calibrator.temperature), z, to.node('Mul', [z, scalar(to, 0)])].map((part, i) => to.node('Mul', [softmax(to, part), scalar(to, calibrator.weights[i]!)]));
      return { kind: 'probabilities', value: to.node('Sum', parts) };
    }
    case 'one-vs-rest': return { kind: 'probabilities', value: oneVsRest(to, z, calibrator) };
    case 'top-label': throw new RangeError('appendCalibrator: calibrator must not be of type top-label, which has no ONNX form here');
  }
}

/** Of each calibrator that is for a certain number of classes. */
export function classesOf(calibrator: Calibrator): number | undefined {
  if (calibrator.type === 'one-vs-rest') return calibrator.maps.length;
  return 'bias' in calibrator ? calibrator.bias.length : undefined;
}

/** Softmax over classes. */
export { softmax as softmaxNode };
