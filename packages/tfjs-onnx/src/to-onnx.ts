import { align, type Alignment } from './export/align.ts';
import { borderNames, checkChannelsFirst, inputInfos, outputInfos } from './export/border.ts';
import { foldConstants } from './export/fold-constants.ts';
import { knownShapes } from './export/known-shapes.ts';
import { lowerTraced } from './export/lower-traced.ts';
import { nameGraph } from './export/names.ts';
import { adaptToOpset, irVersionOf } from './export/opset.ts';
import { simplify } from './export/simplify.ts';
import { sinkReshapes } from './export/sink-reshapes.ts';
import { type AxisPlaces, createSymbolicConstants, type ExportNode } from './export/symbolic-constants.ts';
import type { Graph } from './graph/graph.ts';
import { MICROSOFT } from './lower/builder.ts';
import type { LoweredGraph } from './lower/lower-graph.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './onnx/model.ts';
import { writeOnnx } from './onnx/write.ts';

export interface ToOnnxOptions {
  /** Version of ONNX's operators, 17 to 26. Default 17, with IR version 8; later ones get the IR version that came with them. */
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
  const { opset = 17, producerName = '@mixwell/tfjs-onnx', producerVersion, doc, metadata = {} } = options;
  const irVersion = irVersionOf(opset);
  const body = exportGraph(graph, opset, options);
  return {
    irVersion,
    opset: { '': opset, ...(body.nodes.some((node) => node.domain === MICROSOFT) && { [MICROSOFT]: 1 }) },
    producerName,
    ...(producerVersion !== undefined && { producerVersion }),
    ...(doc !== undefined && { doc }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    graph: body,
  };
}

/** The bytes of `toOnnxModel(graph, options)`. */
export function toOnnx(graph: Graph, options: ToOnnxOptions = {}): Uint8Array {
  return writeOnnx(toOnnxModel(graph, options));
}

function exportGraph(graph: Graph, opset: number, options: ToOnnxOptions): OnnxGraph {
  const { microsoftOps = false, channelsFirst = [] } = options;
  checkChannelsFirst(graph, channelsFirst);
  const border = borderNames(graph, options);
  const traces = [graph, ...graph.variants];
  const lowered = traces.map((trace) => lowerTraced(trace, { microsoftOps, channelsFirst }));
  const first = lowered[0]!;
  const alignment = align(lowered, traces.map((trace) => trace.sizes));
  const inputs = inputInfos(graph, first, channelsFirst);
  const outputs = outputInfos(first, alignment);
  const results = outputs.map(({ name }) => name);
  const opened = openSizes(first, alignment, inputs);
  const adapted = adaptToOpset(opened.nodes, opset);
  const { folded, ...computed } = foldConstants(adapted.nodes, [...first.constants, ...opened.initializers, ...adapted.initializers], results);
  const shaped = { nodes: computed.nodes, shapes: knownShapes(lowered, traces.map((trace) => trace.sizes)) };
  const sunk = sinkReshapes(shaped, computed.initializers, results);
  const simple = simplify(sunk, computed.initializers, results, new Set(first.names.keys()));
  const { nodes, initializers } = nameGraph({ ...simple, names: first.names, folded, border });
  const called = (info: OnnxValueInfo): OnnxValueInfo => ({ ...info, name: border.get(info.name)! });
  return { name: options.name ?? graph.name, nodes: nodes.map(finished), inputs: inputs.map(called), outputs: outputs.map(called), initializers };
}

/** Puts what is computed from the shapes of the inputs in the place of constants that depend on symbolic axes. */
function openSizes(first: LoweredGraph, alignment: Alignment, inputs: readonly OnnxValueInfo[]): { nodes: readonly ExportNode[]; initializers: readonly OnnxTensor[] } {
  const places: AxisPlaces = new Map(inputs.toReversed().flatMap(({ name, dims }) => dims!.flatMap((size, axis) => (typeof size === 'string' ? [[size, { input: name, axis }] as const] : []))));
  const sizes = createSymbolicConstants(places);
  const nodes = first.nodes.map((node): ExportNode => {
    const symbolic = alignment.operands.get(node);
    return symbolic ? { ...node, inputs: node.inputs.map((name, i) => (symbolic.has(i) ? sizes.operand(node, i, symbolic.get(i)!) : name)) } : node;
  });
  return { nodes: [...sizes.nodes, ...nodes], initializers: sizes.initializers };
}

function finished({ op, inputs, outputs, attrs = {}, domain, name }: ExportNode): OnnxNode {
  return { op, inputs, outputs, ...(Object.keys(attrs).length > 0 && { attrs }), ...(domain && { domain }), name: name! };
}
