import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxValueInfo } from '@mixwell/tfjs-onnx';
import type { Calibrator } from '../post-hoc/calibrator.ts';
import { calibratorNodes, classesOf, logOf, softmaxNode } from './calibrator-nodes.ts';
import { graphBuilder, namesOf, type Precision } from './graph-builder.ts';

export interface AppendCalibratorOptions {
  /** Which output of the model to calibrate. Default: its only output. */
  readonly output?: string;
  /** What that output is. Default: logits, or probabilities where a Softmax over the classes makes it (then the calibrator takes what goes into the Softmax). */
  readonly from?: 'logits' | 'probabilities';
  /** What takes its place: calibrated 'probabilities', or the 'logits' of a calibrator that has such (temperature, vector, matrix, Dirichlet). Default 'probabilities'. */
  readonly as?: 'logits' | 'probabilities';
  /** The name of the new output. Default: what it is, `as`. */
  readonly name?: string;
  /** The arithmetic of the appended nodes. Default 'float64': what `applyCalibrator` computes. The type of the output stays. */
  readonly precision?: Precision;
}

const caller = 'appendCalibrator';
const floats = ['float32', 'float64', 'float16', 'bfloat16'];
const oldestOpset = 9;
/** Since this version of the format, constants need not be inputs too. */
const oldestIr = 4;

function findOutput({ outputs }: OnnxGraph, calibrator: Calibrator, asked: string | undefined): OnnxValueInfo {
  const names = outputs.map(({ name }) => name).join(', ');
  if (asked === undefined && outputs.length !== 1) throw new RangeError(`${caller}: output must be given for a model of ${outputs.length} outputs: ${names}`);
  const found = asked === undefined ? outputs[0] : outputs.find(({ name }) => name === asked);
  if (!found) throw new RangeError(`${caller}: output must be one of ${names}, got ${asked}`);
  const { dims, dtype, name } = found;
  if (!floats.includes(dtype)) throw new RangeError(`${caller}: output ${name} must be a tensor of floats, got ${dtype === 'other' ? 'no tensor' : dtype}`);
  if (dims && dims.length !== 2) throw new RangeError(`${caller}: output ${name} must be [batch, classes], got [${dims.join(', ')}]`);
  const [classes, own] = [dims?.[1], classesOf(calibrator)];
  if (typeof classes === 'number' && own !== undefined && classes !== own) throw new RangeError(`${caller}: the calibrator is for ${own} classes, but output ${name} has ${classes}`);
  return found;
}

/** The nodes from a Softmax over classes to a value, the last first; between them are only such that change nothing but the type. Null where there is none. */
function softmaxBefore({ nodes }: OnnxGraph, opset: number, value: string): readonly OnnxNode[] | null {
  const chain: OnnxNode[] = [];
  for (let at = value; ;) {
    const producer = nodes.find(({ outputs }) => outputs.includes(at));
    if (!producer || producer.domain || chain.includes(producer)) return null;
    chain.push(producer);
    if (producer.op === 'Identity' || producer.op === 'Cast') {
      at = producer.inputs[0]!;
      continue;
    }
    const { axis = opset >= 13 ? -1 : 1 } = producer.attrs ?? {};
    return producer.op === 'Softmax' && (axis === 1 || axis === -1) ? chain : null;
  }
}

/** The attribute with another name for a value that its graphs use. */
function renameInAttribute(value: OnnxAttribute, from: string, to: string): OnnxAttribute {
  if (typeof value !== 'object') return value;
  const inner = (graph: OnnxGraph): OnnxGraph => ({ ...graph, nodes: graph.nodes.map((node) => renameInNode(node, from, to)), outputs: graph.outputs.map((info) => (info.name === from ? { ...info, name: to } : info)) });
  if ('graph' in value) return { graph: inner(value.graph) };
  return 'graphs' in value ? { graphs: value.graphs.map(inner) } : value;
}

function renameInNode(node: OnnxNode, from: string, to: string): OnnxNode {
  const swap = (names: readonly string[]): string[] => names.map((name) => (name === from ? to : name));
  return {
    ...node, inputs: swap(node.inputs), outputs: swap(node.outputs),
    ...(node.attrs && { attrs: Object.fromEntries(Object.entries(node.attrs).map(([key, value]) => [key, renameInAttribute(value, from, to)])) }),
  };
}

/** Makes the name of an output free for another. */
function freeOutputName(graph: OnnxGraph, name: string): { readonly graph: OnnxGraph; readonly renamed: string } {
  const taken = new Set(namesOf(graph));
  let renamed = `${name}_uncalibrated`;
  for (let i = 1; taken.has(renamed); i++) renamed = `${name}_uncalibrated_${i}`;
  return { renamed, graph: { ...graph, nodes: graph.nodes.map((node) => renameInNode(node, name, renamed)) } };
}

/** Without those of some nodes, the last first, whose results nothing needs any more. */
function withoutUnused(graph: OnnxGraph, chain: readonly OnnxNode[]): OnnxGraph {
  let left = graph;
  for (const node of chain) {
    const others = { ...left, nodes: left.nodes.filter((other) => other !== node) };
    if (node.outputs.some((value) => namesOf(others).includes(value))) return left;
    left = others;
  }
  return left;
}

/**
 * The model with a calibrator behind one of its outputs, `[batch, classes]`, as ONNX operators; the batch stays open. Works on any ONNX classifier that
 * `readOnnx` of `@mixwell/tfjs-onnx` reads (opset 9 and later); write the result with its `writeOnnx`.
 *
 * @throws {RangeError} where the model has no such output, it has another number of classes, or the new name is taken
 */
export function appendCalibrator(model: OnnxModel, calibrator: Calibrator, options: AppendCalibratorOptions = {}): OnnxModel {
  const { as = 'probabilities', name = as, precision = 'float64' } = options;
  const opset = model.opset[''] ?? 0;
  if (opset < oldestOpset) throw new RangeError(`${caller}: the model must use opset ${oldestOpset} or later, got ${opset}`);
  const output = findOutput(model.graph, calibrator, options.output);
  const isTaken = name !== output.name && namesOf(model.graph).includes(name);
  if (isTaken) throw new RangeError(`${caller}: name must not be in use in the model, got ${name}`);
  const { graph, renamed } = name === output.name ? freeOutputName(model.graph, name) : { graph: model.graph, renamed: output.name };
  const chain = options.from === 'logits' ? null : softmaxBefore(graph, opset, renamed);
  const to = graphBuilder(precision, opset, [...namesOf(graph), name]);
  const value = to.cast(chain ? chain.at(-1)!.inputs[0]! : renamed, precision);
  const calibrated = calibratorNodes(to, calibrator, !chain && options.from === 'probabilities' ? logOf(to, value) : value);
  if (as === 'logits' && calibrated.kind !== 'logits') throw new RangeError(`${caller}: as must be 'probabilities' for a calibrator of type ${calibrator.type}, which gives no logits`);
  to.cast(calibrated.kind === as ? calibrated.value : softmaxNode(to, calibrated.value), output.dtype, name);
  const outputs = graph.outputs.map((info) => (info.name === output.name ? { ...info, name } : info));
  return {
    ...model,
    irVersion: Math.max(model.irVersion, oldestIr),
    metadata: { ...model.metadata, 'mixwell.calibrator': calibrator.type },
    graph: withoutUnused({ ...graph, outputs, nodes: [...graph.nodes, ...to.nodes], initializers: [...graph.initializers, ...to.initializers] }, chain ?? []),
  };
}
