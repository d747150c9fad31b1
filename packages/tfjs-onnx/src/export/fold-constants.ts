import { elements } from '../graph/value.ts';
import type { OnnxNode, OnnxTensor, OnnxType } from '../onnx/model.ts';
import { broadcastShape, broadcastStrides, forEachRow, stridesOf } from './strides.ts';

type Floats = OnnxTensor & { readonly data: Float32Array };
type Numbers = OnnxTensor & { readonly data: Float32Array | Int32Array };
type Fold = (node: OnnxNode, inputs: readonly OnnxTensor[]) => Pick<OnnxTensor, 'dims' | 'data'> | null;

const isFloat = (tensor: OnnxTensor): tensor is Floats => tensor.dtype === 'float32';
const integers = (tensor: OnnxTensor): number[] => Array.from(tensor.data as BigInt64Array, Number);

/** Rounded to the type after each operation, as the runtime does it. */
function elementwise(compute: (a: number, b: number) => number, types: readonly OnnxType[] = ['float32']): Fold {
  return (_, inputs) => {
    if (!inputs.every((input): input is Numbers => types.includes(input.dtype))) return null;
    const dims = broadcastShape(inputs.map((input) => input.dims));
    const data = inputs[0]!.dtype === 'float32' ? new Float32Array(elements(dims)) : new Int32Array(elements(dims));
    // Folding must not make the file larger: a scalar that is spread over a map stays as it is.
    if (inputs.every((input) => input.data.length < data.length)) return null;
    const [a, b = a] = inputs as readonly [Numbers, Numbers?];
    const strides = [a, b].map((operand) => broadcastStrides(operand.dims, dims));
    const [stepA, stepB] = strides.map((own) => own.at(-1) ?? 0) as [number, number];
    forEachRow(dims, strides, ([startA, startB], start) => {
      for (let i = 0; i < (dims.at(-1) ?? 1); i++) data[start + i] = compute(a.data[startA! + i * stepA]!, b.data[startB! + i * stepB]!);
    });
    return { dims, data };
  };
}

/** Every element from one place of x: where it begins, and how far to go for a step along each axis of the result. */
function gathered(x: Floats, dims: readonly number[], strides: readonly number[], start: number): ReturnType<Fold> {
  const data = new Float32Array(elements(dims));
  const [length, step] = [dims.at(-1) ?? 1, strides.at(-1) ?? 0];
  forEachRow(dims, [strides], ([offset], row) => {
    for (let i = 0; i < length; i++) data[row + i] = x.data[start + offset! + i * step]!;
  });
  return { dims, data };
}

const transpose: Fold = ({ attrs }, [x]) => {
  const perm = attrs?.['perm'];
  if (!x || !isFloat(x) || !Array.isArray(perm)) return null;
  const strides = stridesOf(x.dims);
  return gathered(x, perm.map((axis) => x.dims[axis]!), perm.map((axis) => strides[axis]!), 0);
};

const slice: Fold = (_, [x, starts, ends, axes, steps]) => {
  if (!x || !isFloat(x) || !starts || !ends || !axes) return null;
  const strides = [...stridesOf(x.dims)];
  const dims = [...x.dims];
  let start = 0;
  for (const [i, axis] of integers(axes).entries()) {
    const size = dims[axis]!;
    const step = steps ? integers(steps)[i]! : 1;
    const place = (at: number): number => Math.max(step < 0 ? -1 : 0, Math.min(step < 0 ? size - 1 : size, at < 0 ? at + size : at));
    const [begin, end] = [place(integers(starts)[i]!), place(integers(ends)[i]!)];
    start += begin * strides[axis]!;
    dims[axis] = Math.max(0, Math.ceil((end - begin) / step));
    strides[axis]! *= step;
  }
  return gathered(x, dims, strides, start);
};

const reshape: Fold = (_, [x, shape]) => {
  if (!x || !shape) return null;
  const wanted = integers(shape);
  if (wanted.includes(0)) return null;
  const rest = elements(wanted.filter((size) => size > 0));
  return { dims: wanted.map((size) => (size === -1 ? elements(x.dims) / rest : size)), data: x.data };
};

const FOLDS: Readonly<Record<string, Fold>> = {
  Add: elementwise((a, b) => a + b, ['float32', 'int32']),
  Div: elementwise((a, b) => a / b),
  Mul: elementwise((a, b) => a * b),
  Neg: elementwise((a) => -a),
  Reciprocal: elementwise((a) => 1 / a),
  Reshape: reshape,
  Slice: slice,
  Sqrt: elementwise((a) => Math.sqrt(a)),
  Sub: elementwise((a, b) => a - b),
  Transpose: transpose,
};

/** These move elements and compute nothing. */
const LAYOUT = new Set(['Reshape', 'Slice', 'Transpose']);

/** A constant that was computed from others. */
export interface Folded {
  /** Names of the constants it was made of, directly or not. */
  readonly sources: readonly string[];
  /** The last operator that computed something; null: the elements were only moved. */
  readonly op: string | null;
}

/**
 * Computes operators on constants once, here: weights change their layout, the numbers of a norm become a factor and an offset. What no
 * longer is needed is left out.
 */
export function foldConstants<N extends OnnxNode>(nodes: readonly N[], initializers: readonly OnnxTensor[], outputs: readonly string[]): { nodes: N[]; initializers: OnnxTensor[]; folded: ReadonlyMap<string, Folded> } {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const folded = new Map<string, Folded>();
  const kept: N[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => constants.get(name));
    const [name] = node.outputs as readonly [string];
    const known = inputs.every((input) => input !== undefined) && !outputs.includes(name);
    const result = known && !node.domain ? FOLDS[node.op]?.(node, inputs) : null;
    if (!result) {
      kept.push(node);
      continue;
    }
    constants.set(name, { name, dtype: inputs[0]!.dtype, ...result });
    folded.set(name, historyOf(node, folded));
  }
  const used = new Set([...kept.flatMap((node) => node.inputs), ...outputs]);
  return { nodes: kept, initializers: [...constants.values()].filter((tensor) => used.has(tensor.name)), folded };
}

function historyOf(node: OnnxNode, folded: ReadonlyMap<string, Folded>): Folded {
  const isLayout = LAYOUT.has(node.op);
  const operands = isLayout ? node.inputs.slice(0, 1) : node.inputs;
  return {
    sources: [...new Set(operands.flatMap((input) => folded.get(input)?.sources ?? [input]))],
    op: isLayout ? (folded.get(operands[0]!)?.op ?? null) : node.op,
  };
}
