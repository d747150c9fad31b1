import { lowerTraced } from './compile/trace.ts';
import { adaptToOpset, irVersionOf } from './export/opset.ts';
import { align } from './export/align.ts';
import { foldConstants } from './export/fold-constants.ts';
import { nameGraph } from './export/names.ts';
import { simplify } from './export/simplify.ts';
import { printSize } from './export/size-form.ts';
import { type AxisPlaces, createSymbolicConstants, type ExportNode } from './export/symbolic-constants.ts';
import type { Graph } from './graph/graph.ts';
import { MICROSOFT } from './lower/builder.ts';
import type { LoweredGraph } from './lower/lower-graph.ts';
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './onnx/model.ts';
import { writeOnnx } from './onnx/write.ts';

export interface ToOnnxOptions {
  /** Version of ONNX's operators, 17 to 21. Default 17, with IR version 8; later ones get the IR version that came with them. */
  readonly opset?: number;
  /** Name of the graph. Default: the traced function's. */
  readonly name?: string;
  /** Default: the names given to `trace`. */
  readonly inputNames?: readonly string[];
  /** Default: 'output', or the paths within the traced function's result. */
  readonly outputNames?: readonly string[];
  /** Inputs of rank 4 (by the names given to `trace`) that are images [N, C, H, W] in the file; the traced function sees [N, H, W, C]. Default: none. */
  readonly channelsFirst?: readonly string[];
  /** Whether operators that only ONNX Runtime has may be used. Default false. */
  readonly microsoftOps?: boolean;
  /** Default '@mixwell/tfjs-onnx'. */
  readonly producerName?: string;
  /** Default: none. */
  readonly producerVersion?: string;
  /** A description for people. Default: none. */
  readonly doc?: string;
  /** Keys and values that runtimes hand to the user of the model. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A traced graph as an ONNX model. Captured tensors become initializers, symbolic axes stay open: the graph is lowered at every traced
 * size, and what differs is computed from the shapes of the inputs.
 *
 * @throws {Error} naming the operation whose structure or constants depend on a symbolic axis in a way that ONNX cannot say
 * @throws {RangeError} for an opset that is not supported, or names that do not fit
 */
export function toOnnxModel(graph: Graph, options: ToOnnxOptions = {}): OnnxModel {
  const { opset = 17, microsoftOps = false, channelsFirst = [], metadata = {} } = options;
  const irVersion = irVersionOf(opset);
  checkChannelsFirst(graph, channelsFirst);
  const lowered = [graph, ...graph.variants].map((variant) => lowerTraced(variant, { microsoftOps, channelsFirst }));
  const first = lowered[0]!;
  const alignment = align(lowered, [graph, ...graph.variants].map((variant) => variant.sizes));
  const inputs = graph.inputs.map(({ name, axes }, i): OnnxValueInfo => ({ name, dtype: first.inputs[i]!.dtype, dims: channelsFirst.includes(name) ? [axes[0]!, axes[3]!, axes[1]!, axes[2]!] : axes }));
  const outputs = first.outputs.map(({ name, dtype }, i): OnnxValueInfo => ({ name, dtype, dims: alignment.outputs[i]!.map((form) => (form.terms.length === 0 ? form.constant : printSize(form))) }));
  const opened = openSizes(first, alignment, inputs);
  const adapted = adaptToOpset(opened.nodes, opset);
  const results = outputs.map(({ name }) => name);
  const { folded, ...computed } = foldConstants(adapted.nodes, [...first.constants, ...opened.initializers, ...adapted.initializers], results);
  const simple = simplify(computed.nodes, computed.initializers, results, new Set(first.names.keys()));
  const named = nameGraph({ ...simple, names: first.names, folded, border: [...inputs, ...outputs].map(({ name }) => name) });
  const border = borderNames(inputs, outputs, options);
  return {
    irVersion,
    opset: { '': opset, ...(named.nodes.some((node) => node.domain === MICROSOFT) && { [MICROSOFT]: 1 }) },
    producerName: options.producerName ?? '@mixwell/tfjs-onnx',
    ...(options.producerVersion !== undefined && { producerVersion: options.producerVersion }),
    ...(options.doc !== undefined && { doc: options.doc }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    graph: {
      name: options.name ?? graph.name,
      nodes: named.nodes.map((node) => finished(node, border)),
      inputs: inputs.map((info) => ({ ...info, name: border(info.name) })),
      outputs: outputs.map((info) => ({ ...info, name: border(info.name) })),
      initializers: named.initializers,
    },
  };
}

/** The bytes of `toOnnxModel(graph, options)`. */
export function toOnnx(graph: Graph, options: ToOnnxOptions = {}): Uint8Array {
  return writeOnnx(toOnnxModel(graph, options));
}

function checkChannelsFirst(graph: Graph, names: readonly string[]): void {
  for (const name of names) {
    const input = graph.inputs.find((candidate) => candidate.name === name);
    if (input?.axes.length !== 4) throw new RangeError(`toOnnx: channelsFirst must name inputs of rank 4, got ${name}${input ? ` of rank ${input.axes.length}` : ''}`);
  }
}

/** Puts what is computed from the shapes of the inputs in the place of constants that depend on symbolic axes. */
function openSizes(first: LoweredGraph, alignment: ReturnType<typeof align>, inputs: readonly OnnxValueInfo[]): { nodes: readonly ExportNode[]; initializers: readonly OnnxTensor[] } {
  const places: AxisPlaces = new Map([...inputs].reverse().flatMap(({ name, dims }) => dims!.flatMap((size, axis) => (typeof size === 'string' ? [[size, { input: name, axis }] as const] : []))));
  const sizes = createSymbolicConstants(places);
  const nodes = first.nodes.map((node): ExportNode => {
    const symbolic = alignment.operands.get(node);
    return symbolic ? { ...node, inputs: node.inputs.map((name, i) => (symbolic.has(i) ? sizes.operand(node, i, symbolic.get(i)!) : name)) } : node;
  });
  return { nodes: [...sizes.nodes, ...nodes], initializers: sizes.initializers };
}

/** The names that the caller wants for inputs and outputs. */
function borderNames(inputs: readonly OnnxValueInfo[], outputs: readonly OnnxValueInfo[], { inputNames, outputNames }: ToOnnxOptions): (name: string) => string {
  const wanted = (what: string, infos: readonly OnnxValueInfo[], names: readonly string[] | undefined): [string, string][] => {
    if (names && names.length !== infos.length) throw new RangeError(`toOnnx: ${what} must be ${infos.length} names, got ${names.length}`);
    return infos.map(({ name }, i) => [name, names?.[i] ?? name]);
  };
  const names = new Map([...wanted('inputNames', inputs, inputNames), ...wanted('outputNames', outputs, outputNames)]);
  if (new Set(names.values()).size !== inputs.length + outputs.length) throw new RangeError(`toOnnx: names of inputs and outputs must differ, got ${[...names.values()].join(', ')}`);
  return (name) => names.get(name) ?? name;
}

function finished({ op, inputs, outputs, attrs = {}, domain, name }: ExportNode, border: (name: string) => string): OnnxNode {
  return { op, inputs: inputs.map(border), outputs: outputs.map(border), ...(Object.keys(attrs).length > 0 && { attrs }), ...(domain && { domain }), name: name! };
}
