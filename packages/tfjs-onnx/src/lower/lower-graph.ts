import type { GraphNode, Value } from '../graph/value.ts';
import { kernelNamed } from '../kernels/table.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { type BuilderConstant, type BuilderNode, createBuilder, type OnnxElement } from './builder.ts';
import { createLowering, type Form, type LowerOptions, reshape, TO_CHANNELS_FIRST } from './lowering.ts';

/** A fed value; `channelsFirst`: of rank 4, and fed as NCHW. */
export interface LowerFeed {
  readonly name: string;
  readonly value: Value;
  readonly channelsFirst?: boolean;
}

/** What to lower: the fed values with their names, captured values, nodes in order, wanted results with names and shapes. */
export interface LowerInput {
  readonly feeds: readonly LowerFeed[];
  readonly constants: readonly Value[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly { readonly name: string; readonly value: Value; readonly shape?: readonly number[] }[];
  /** Names of captured values, for `LoweredGraph.names`. */
  readonly names?: ReadonlyMap<Value, string>;
}

/** A tensor at the border of the lowered graph. */
export interface LoweredTensor {
  readonly name: string;
  readonly dtype: OnnxElement;
  readonly dims: readonly number[];
}

/** An ONNX graph before it is written. */
export interface LoweredGraph {
  readonly inputs: readonly LoweredTensor[];
  readonly outputs: readonly LoweredTensor[];
  readonly nodes: readonly BuilderNode[];
  readonly constants: readonly BuilderConstant[];
  /** What constants were called before they were lowered, by their names here. */
  readonly names: ReadonlyMap<string, string>;
  /** Shapes by name, where they are known: of inputs, constants and results of kernels. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** Of ONNX 1.12; every operator that a row emits exists in it. */
const OPSET = 17;
const IR_VERSION = 8;

/** Turns recorded kernels into ONNX operators. */
export function lowerGraph(input: LowerInput, options: LowerOptions): LoweredGraph {
  const onnx = createBuilder();
  const to = createLowering(onnx, options, countUses(input));
  const names = new Map<string, string>();
  const shapes = new Map<string, readonly number[]>();
  const define = (value: Value, form: Form): void => {
    to.define(value, form);
    if (typeof form === 'string') shapes.set(form, value.shape);
    else if ('channelsFirst' in form) shapes.set(form.channelsFirst, TO_CHANNELS_FIRST.map((axis) => value.shape[axis]!));
  };
  for (const { name, value, channelsFirst } of input.feeds) define(value, channelsFirst ? { channelsFirst: name } : name);
  for (const value of input.constants) {
    const made = onnx.tensor(value.dtype as OnnxElement, value.data as Float32Array, value.shape);
    const known = input.names?.get(value);
    if (known !== undefined) names.set(made, known);
    define(value, made);
  }
  for (const node of input.nodes) {
    const row = kernelNamed(node.kernel);
    if (!row) throw new Error(`onnxruntime: kernel ${node.kernel} has no ONNX form`);
    onnx.begin(node.kernel);
    const forms = row.lower(node, to);
    (Array.isArray(forms) ? (forms as readonly Form[]) : [forms as Form]).forEach((form, i) => define(node.outputs[i]!, form));
  }
  const results = input.outputs.map(({ name, value, shape }) => {
    const plain = to.plain(value);
    return { name, dims: shape ?? value.shape, dtype: value.dtype as OnnxElement, made: shape && shape.join() !== value.shape.join() ? reshape(to, plain, shape) : plain };
  });
  const border = new Set([...input.feeds.map((feed) => feed.name), ...onnx.constants.map((constant) => constant.name)]);
  const nodes = nameOutputs(withoutDead([...onnx.nodes], results.map((result) => result.made)), results, border);
  for (const { name, dims } of results) shapes.set(name, dims);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    inputs: input.feeds.map(({ name, value, channelsFirst }) => ({ name, dtype: value.dtype as OnnxElement, dims: channelsFirst ? TO_CHANNELS_FIRST.map((axis) => value.shape[axis]!) : value.shape })),
    outputs: results.map(({ name, dtype, dims }) => ({ name, dtype, dims })),
    nodes,
    constants: onnx.constants.filter((constant) => used.has(constant.name)),
    names,
    shapes,
  };
}

function countUses({ nodes, outputs }: LowerInput): Map<Value, number> {
  const uses = new Map<Value, number>();
  for (const value of [...nodes.flatMap((node) => node.inputs), ...outputs.map((output) => output.value)]) uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}

/** Without the nodes that no result needs: ONNX Runtime would run them. And without the indices of a MaxPool that nothing reads: it is faster so. */
function withoutDead(nodes: readonly BuilderNode[], results: readonly string[]): BuilderNode[] {
  const live = new Set(results);
  const kept: BuilderNode[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (!node.outputs.some((name) => live.has(name))) continue;
    for (const name of node.inputs) live.add(name);
    kept.push(node.op === 'MaxPool' && !live.has(node.outputs[1]!) ? { ...node, outputs: node.outputs.slice(0, 1) } : node);
  }
  return kept.reverse();
}

/** Gives the results their names: the producing node is renamed; a result that is an input or is wanted twice gets an Identity. */
function nameOutputs(nodes: readonly BuilderNode[], results: readonly { name: string; made: string }[], border: ReadonlySet<string>): BuilderNode[] {
  const renamed = new Map<string, string>();
  const copies: BuilderNode[] = [];
  for (const { name, made } of results) {
    if (border.has(made) || renamed.has(made)) {
      copies.push({ op: 'Identity', domain: '', inputs: [renamed.get(made) ?? made], outputs: [name], attrs: {}, kernel: 'Identity' });
    } else {
      renamed.set(made, name);
    }
  }
  const rename = (name: string): string => renamed.get(name) ?? name;
  return [...nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })), ...copies];
}

/** The smallest model around a lowered graph. */
export function loweredModel({ inputs, outputs, nodes, constants }: Omit<LoweredGraph, 'names' | 'shapes'>): OnnxModel {
  const domains = new Set(nodes.map((node) => node.domain));
  const graph = { name: 'graph', inputs, outputs, nodes, initializers: constants };
  return { irVersion: IR_VERSION, opset: { '': OPSET, ...Object.fromEntries([...domains].filter((domain) => domain !== '').map((domain) => [domain, 1])) }, graph };
}
