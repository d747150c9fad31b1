import { createRng, hostTensor, type HostTensor, toHost, uniform } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { fileBatch, type FileInput, fileInputs, fileOutputs, type FileOptions } from '../file-options.ts';
import { checkHead, givesProbabilities, headOutput, temper } from '../head.ts';
import { onCpu } from '../on-cpu.ts';
import type { ExportSource } from '../source/source.ts';
import { fillInput, type InputKind, inputKinds } from './input-kinds.ts';

/** Tensors by the names of the file's inputs or outputs. */
export type NamedTensors = Readonly<Record<string, HostTensor>>;

/** One run of the file, and what has to come out. */
export interface ParityCase {
  readonly inputs: InputKind;
  readonly batch: number;
  /** In the file's layout. */
  readonly feeds: NamedTensors;
  /** What the network gives on TensorFlow.js's CPU back end. */
  readonly expected: NamedTensors;
  /** Where the file ends in a softmax or a calibrator: the same for the file without it, whose output is called `logits`. */
  readonly logits?: Pick<ParityCase, 'expected' | 'scale'>;
  /**
   * The tolerance is multiplied by it, where float32 cannot hold it. For `large` inputs and logits: the size of the largest. For `zeros` where the outputs of the network
   * change more than a thousand times as much as its inputs (instance norms of a constant image divide rounding errors by almost nothing): a tenth of that. Else 1.
   */
  readonly scale: number;
}

/** Batch sizes of an open batch axis. Tracing uses others. */
const ONE = 1;
const SEVERAL = 5;

/** Kinds of inputs with the batch sizes at which they are fed. */
function plannedCases(batch: string | number): readonly { readonly inputs: InputKind; readonly batch: number }[] {
  const size = (kind: InputKind): number => (typeof batch === 'number' ? batch : kind === 'normal' ? SEVERAL : ONE);
  return inputKinds.map((inputs) => ({ inputs, batch: size(inputs) }));
}

/** The inputs of one case, by name, in the network's own layout. The same at every call. */
function ownFeeds(inputs: readonly FileInput[], kind: InputKind, batch: number): readonly HostTensor[] {
  const rng = createRng(0).split(kind).split(batch);
  return inputs.map((input) => fillInput(kind, batch, input, rng.split(input.name)));
}

const named = (names: readonly string[], tensors: readonly HostTensor[]): NamedTensors => Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));

/** What the file is fed. */
function inFileLayout(inputs: readonly FileInput[], own: readonly HostTensor[]): NamedTensors {
  const turned = own.map((host, i) => (inputs[i]!.channelsFirst ? toHost(tf.transpose(toTf(host), [0, 3, 1, 2])) : host));
  return named(inputs.map(({ name }) => name), turned);
}

/** Inputs for a file, to measure its speed. */
export function makeFeeds(source: ExportSource, options: FileOptions, kind: InputKind, batch: number): Promise<NamedTensors> {
  const inputs = fileInputs(source, options);
  return onCpu(() => inFileLayout(inputs, ownFeeds(inputs, kind, batch)));
}

const largest = (tensors: readonly tf.Tensor[]): number => Math.max(...tensors.map((x) => tf.max(tf.abs(x)).dataSync()[0]!));

/** By how much the network's outputs change per change of its inputs, where these are as small as float32's rounding at 1. */
function gainOf(source: ExportSource, own: readonly HostTensor[], outputs: readonly tf.Tensor[]): number {
  const step = 1e-7;
  const rng = createRng(0).split('gain');
  const moved = own.map((host) => (host.dtype === 'float32' ? hostTensor('float32', host.shape, (host.data as Float32Array).map((value) => value + uniform(rng, -step, step))) : host));
  const changed = source.run(moved.map((host) => toTf(host)));
  return largest(changed.map((output, i) => tf.sub(output, outputs[i]!))) / step;
}

/** @param raw the network's outputs for these inputs */
function scaleOf(kind: InputKind, source: ExportSource, head: FileOptions, own: readonly HostTensor[], raw: readonly tf.Tensor[]): number {
  if (kind === 'large') {
    const reach = largest(raw.map((output) => temper(output, head)));
    return reach > 1 && reach < Infinity ? reach : 1;
  }
  const gain = kind === 'zeros' ? gainOf(source, own, raw) : 1;
  return gain > 1000 && gain < Infinity ? gain / 10 : 1;
}

/** Is called within `onCpu`, which disposes the tensors. */
function runCase(source: ExportSource, options: FileOptions, { inputs: kind, batch }: Pick<ParityCase, 'inputs' | 'batch'>): ParityCase {
  const inputs = fileInputs(source, options);
  const own = ownFeeds(inputs, kind, batch);
  const raw = source.run(own.map((host) => toTf(host)));
  const expected = named(fileOutputs(source, options), raw.map((output) => toHost(headOutput(output, options))));
  const scale = scaleOf(kind, source, options, own, raw);
  const result = { inputs: kind, batch, feeds: inFileLayout(inputs, own), expected };
  if (!givesProbabilities(options)) return { ...result, scale };
  // probabilities do not grow with logits
  return { ...result, scale: kind === 'large' ? 1 : scale, logits: { expected: { logits: toHost(temper(raw[0]!, options)) }, scale } };
}

/**
 * Runs the network on TensorFlow.js's CPU back end: an implementation of its own, in JavaScript, which shares nothing with the file. Four kinds of
 * inputs; where the batch is open, at batch sizes 1 and 5.
 *
 * @param onCase called before each case is run
 */
export async function parityCases(source: ExportSource, options: FileOptions = {}, onCase: (inputs: InputKind, batch: number) => void = () => {}): Promise<readonly ParityCase[]> {
  checkHead(source, options);
  const cases: ParityCase[] = [];
  for (const planned of plannedCases(fileBatch(source, options))) {
    onCase(planned.inputs, planned.batch);
    cases.push(await onCpu(() => runCase(source, options, planned)));
  }
  return cases;
}
