import type { BuilderConstant, BuilderNode } from '../lower/builder.ts';
import type { LoweredGraph } from '../lower/lower-graph.ts';
import { fitSizes, type SizeForm, type TraceSizes } from '../graph/size-form.ts';
import { fitFraction, type SizeFraction } from './size-fraction.ts';

/**
 * A constant operand that depends on symbolic axes.
 * - `elements`: each of its elements is a size
 * - `fraction`: it is one float, such as 1/batch
 * - `ramp`: its shape depends on them, and its elements are start, start + step, start + 2·step, …; all the same where step is 0
 */
export type SymbolicOperand =
  | { readonly kind: 'elements'; readonly constant: BuilderConstant; readonly forms: readonly SizeForm[] }
  | { readonly kind: 'fraction'; readonly constant: BuilderConstant; readonly fraction: SizeFraction }
  | { readonly kind: 'ramp'; readonly constant: BuilderConstant; readonly dims: readonly SizeForm[]; readonly start: number; readonly step: number };

/** What depends on symbolic axes: operands by node and position, shapes of the results. */
export interface Alignment {
  readonly operands: ReadonlyMap<BuilderNode, ReadonlyMap<number, SymbolicOperand>>;
  readonly outputs: readonly (readonly SizeForm[])[];
}

/** How a name is made, the same in every graph that has the same structure. */
type Origins = ReadonlyMap<string, string>;

function originsOf(graph: LoweredGraph): Origins {
  const origins = new Map(graph.constants.map(({ name }) => [name, 'a constant']));
  for (const { name } of graph.inputs) origins.set(name, `input ${name}`);
  graph.nodes.forEach((node, i) => node.outputs.forEach((name, j) => origins.set(name, `result ${j} of node ${i}`)));
  return origins;
}

function fail(node: BuilderNode, problem: string): never {
  throw new Error(`toOnnx: ${node.kernel} (as ONNX ${node.op}): ${problem}`);
}

/** The same graph lowered at several sizes of its symbolic axes: everything must be equal but for whole numbers that are sums of products of those sizes. */
export function align(graphs: readonly LoweredGraph[], sizes: TraceSizes): Alignment {
  const [first, ...others] = graphs as readonly [LoweredGraph, ...LoweredGraph[]];
  const origins = graphs.map(originsOf);
  const constants = graphs.map((graph) => new Map(graph.constants.map((constant) => [constant.name, constant])));
  const operands = new Map<BuilderNode, ReadonlyMap<number, SymbolicOperand>>();
  first.nodes.forEach((node, i) => {
    const counterparts = others.map((graph) => graph.nodes[i] ?? fail(node, `${axesText(sizes)}: the graph has ${first.nodes.length} operators at one size and ${graph.nodes.length} at another`));
    sameStructure(node, counterparts, sizes);
    const symbolic = new Map<number, SymbolicOperand>();
    node.inputs.forEach((name, j) => {
      if (name === '') return;
      const names = [name, ...counterparts.map((other) => other.inputs[j]!)];
      const origin = origins[0]!.get(name);
      if (names.some((other, g) => origins[g]!.get(other) !== origin)) fail(node, `operand ${j} comes from elsewhere at another size of ${axesText(sizes)}`);
      const values = names.map((other, g) => constants[g]!.get(other));
      if (values.every((value) => value !== undefined)) {
        const operand = symbolicOperand(node, j, values, sizes);
        if (operand) symbolic.set(j, operand);
      }
    });
    if (symbolic.size > 0) operands.set(node, symbolic);
  });
  const longer = others.find((graph) => graph.nodes.length > first.nodes.length);
  if (longer) fail(longer.nodes[first.nodes.length]!, `exists at one size of ${axesText(sizes)} only`);
  return { operands, outputs: first.outputs.map((output, k) => output.dims.map((_, axis) => outputAxis(graphs, k, axis, sizes))) };
}

function axesText(sizes: TraceSizes): string {
  return Object.keys(sizes[0]!).join(', ');
}

/** Two calls of a function without symbolic axes give the same graph, unless it is random. */
function isSameCall(sizes: TraceSizes): boolean {
  return axesText(sizes) === '';
}

function sameStructure(node: BuilderNode, counterparts: readonly BuilderNode[], sizes: TraceSizes): void {
  for (const other of counterparts) {
    if (other.op !== node.op || other.domain !== node.domain || other.inputs.length !== node.inputs.length || other.outputs.length !== node.outputs.length) {
      fail(node, `at another size of ${axesText(sizes)} there is ${other.kernel} (as ONNX ${other.op}) in its place`);
    }
    for (const key of new Set([...Object.keys(node.attrs), ...Object.keys(other.attrs)])) {
      const [mine, theirs] = [JSON.stringify(node.attrs[key]), JSON.stringify(other.attrs[key])];
      if (mine !== theirs) fail(node, `attribute ${key} depends on ${axesText(sizes)} (${mine} and ${theirs}), and ONNX attributes cannot`);
    }
  }
}

/** Null: the constant is the same at all sizes. */
function symbolicOperand(node: BuilderNode, position: number, values: readonly BuilderConstant[], sizes: TraceSizes): SymbolicOperand | null {
  const [constant] = values as readonly [BuilderConstant];
  if (values.every((value) => value.data === constant.data)) return null;
  const unlike = values.find((value) => value.dims.join() !== constant.dims.join() || value.dtype !== constant.dtype);
  if (unlike) {
    const problem = `operand ${position} is a constant whose shape depends on ${axesText(sizes)}: [${constant.dims.join(', ')}] and [${unlike.dims.join(', ')}]`;
    return ramp(values, sizes) ?? fail(node, `${problem}; its elements are neither all the same nor evenly spaced`);
  }
  if (values.every((value) => sameElements(value.data, constant.data))) return null;
  if (isSameCall(sizes)) fail(node, `operand ${position} is another constant at each call: random numbers would be frozen; pass them as an argument`);
  if (constant.dtype === 'float32' && constant.data.length === 1) {
    const numbers = values.map(({ data }) => Number(data[0]));
    const fraction = fitSizes(numbers, sizes) ? null : fitFraction(numbers, sizes);
    if (fraction) return { kind: 'fraction', constant, fraction };
  }
  const forms = Array.from({ length: constant.data.length }, (_, i) => {
    const numbers = values.map((value) => Number(value.data[i]));
    return fitSizes(numbers, sizes) ?? fail(node, `element ${i} of operand ${position} is ${numbers.join(', ')} at ${sizes.map((at) => Object.values(at).join('×')).join(', ')} of ${axesText(sizes)}, which is no sum of whole multiples${constant.dtype === 'float32' ? ', and no fraction of sizes' : ''}`);
  });
  return { kind: 'elements', constant, forms };
}

/** Null: the constants are of other types or ranks, their sizes are no sums of whole multiples, or their elements follow another rule. */
function ramp(values: readonly BuilderConstant[], sizes: TraceSizes): SymbolicOperand | null {
  const [constant] = values as readonly [BuilderConstant];
  const [start = 0, next = start] = Array.from(constant.data.subarray(0, 2), Number);
  const step = Object.is(next, start) ? 0 : next - start;
  if (values.some(({ dtype, dims, data }) => dtype !== constant.dtype || dims.length !== constant.dims.length || !isRamp(data, start, step))) return null;
  const dims = constant.dims.map((_, axis) => fitSizes(values.map((value) => value.dims[axis]!), sizes));
  return dims.every((form) => form !== null) ? { kind: 'ramp', constant, dims, start, step } : null;
}

/** Whole numbers up to 2²⁴ are exact in every type; others may only repeat. */
function isRamp(data: BuilderConstant['data'], start: number, step: number): boolean {
  const numbers = Array.from<number | bigint, number>(data, Number);
  if (step === 0) return numbers.every((value) => Object.is(value, start));
  const isExact = Number.isInteger(start) && Number.isInteger(step) && Math.abs(start + step * data.length) <= 2 ** 24;
  return isExact && numbers.every((value, i) => value === start + step * i);
}

function sameElements(a: BuilderConstant['data'], b: BuilderConstant['data']): boolean {
  return a.length === b.length && (a as Float32Array).every((value, i) => Object.is(value, b[i]));
}

function outputAxis(graphs: readonly LoweredGraph[], output: number, axis: number, sizes: TraceSizes): SizeForm {
  const numbers = graphs.map((graph) => graph.outputs[output]!.dims[axis]!);
  if (numbers.every((size) => size === numbers[0])) return { constant: numbers[0]!, terms: [] };
  const form = fitSizes(numbers, sizes);
  if (!form) throw new Error(`toOnnx: axis ${axis} of output ${graphs[0]!.outputs[output]!.name} has sizes ${numbers.join(', ')} at ${sizes.map((at) => Object.values(at).join('×')).join(', ')} of ${axesText(sizes)}, which is no sum of whole multiples`);
  return form;
}
