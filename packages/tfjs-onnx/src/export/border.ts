import type { Graph } from '../graph/graph.ts';
import type { LoweredGraph } from '../lower/lower-graph.ts';
import { TO_CHANNELS_FIRST } from '../lower/lowering.ts';
import type { OnnxValueInfo } from '../onnx/model.ts';
import type { Alignment } from './align.ts';
import { printSize } from '../graph/size-form.ts';

/** Names of inputs and outputs, as `toOnnx` is asked for them. */
export interface WantedNames {
  readonly inputNames?: readonly string[];
  readonly outputNames?: readonly string[];
}

/**
 * What inputs and outputs are to be called, by the names that they have in the traced graph.
 *
 * @throws {RangeError} where there are too few or too many names, or two are the same
 */
export function borderNames(graph: Graph, { inputNames, outputNames }: WantedNames): Map<string, string> {
  const wanted = (what: string, infos: readonly { readonly name: string }[], names: readonly string[] | undefined): (readonly [string, string])[] => {
    if (names && names.length !== infos.length) throw new RangeError(`toOnnx: ${what} must be ${infos.length} names, got ${names.length}`);
    return infos.map(({ name }, i) => [name, names?.[i] ?? name] as const);
  };
  const pairs = [...wanted('inputNames', graph.inputs, inputNames), ...wanted('outputNames', graph.outputs, outputNames)];
  for (const names of [pairs.map(([traced]) => traced), pairs.map(([, asked]) => asked)]) {
    if (new Set(names).size !== names.length) throw new RangeError(`toOnnx: names of inputs and outputs must differ, got ${names.join(', ')}`);
  }
  return new Map(pairs);
}

/** @throws {RangeError} where `channelsFirst` names something else than an input of rank 4 */
export function checkChannelsFirst(graph: Graph, channelsFirst: readonly string[]): void {
  for (const name of channelsFirst) {
    const input = graph.inputs.find((candidate) => candidate.name === name);
    if (input?.axes.length !== 4) throw new RangeError(`toOnnx: channelsFirst must name inputs of rank 4, got ${name}${input ? ` of rank ${input.axes.length}` : ''}`);
  }
}

/** Types and axes of the inputs, under the names of the traced graph. */
export function inputInfos(graph: Graph, { inputs }: LoweredGraph, channelsFirst: readonly string[]): OnnxValueInfo[] {
  return graph.inputs.map(({ name, axes }, i) => ({ name, dtype: inputs[i]!.dtype, dims: channelsFirst.includes(name) ? TO_CHANNELS_FIRST.map((axis) => axes[axis]!) : axes }));
}

/** Types and axes of the outputs. An axis that depends on symbolic ones is called by what it is, such as `2*batch`. */
export function outputInfos({ outputs }: LoweredGraph, alignment: Alignment): OnnxValueInfo[] {
  return outputs.map(({ name, dtype }, i) => ({ name, dtype, dims: alignment.outputs[i]!.map((form) => (form.terms.length === 0 ? form.constant : printSize(form))) }));
}
