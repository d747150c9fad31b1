import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';

type Floats = OnnxTensor & { readonly data: Float32Array };
type Fold = (node: OnnxNode, inputs: readonly OnnxTensor[]) => Pick<OnnxTensor, 'dims' | 'data'> | null;

const elements = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);
const isFloat = (tensor: OnnxTensor): tensor is Floats => tensor.dtype === 'float32';

/** float32 rounding after each operation, as the runtime does it. */
function elementwise(compute: (...values: number[]) => number): Fold {
  return (_, inputs) => {
    if (!inputs.every(isFloat)) return null;
    const dims = broadcast(inputs.map((input) => input.dims));
    const data = new Float32Array(elements(dims));
    // Folding must not make the file larger: a scalar that is spread over a map stays as it is.
    if (inputs.every((input) => input.data.length < data.length)) return null;
    const strides = inputs.map((input) => stridesOf(input.dims, dims));
    forEachIndex(dims, strides, (offsets, i) => { data[i] = compute(...inputs.map((input, k) => input.data[offsets[k]!]!)); });
    return { dims, data };
  };
}

/** The shape that operands of these shapes have in common. */
function broadcast(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => shapes.reduce((size, dims) => {
    const own = dims[axis - rank + dims.length] ?? 1;
    return own === 1 ? size : own;
  }, 1));
}

/** How far to go in `dims` for a step along each axis of `shape`; 0 where the operand is repeated. */
function stridesOf(dims: readonly number[], shape: readonly number[]): readonly number[] {
  return shape.map((_, i) => {
    const axis = i - shape.length + dims.length;
    return axis < 0 || dims[axis] === 1 ? 0 : elements(dims.slice(axis + 1));
  });
}

/** Walks a shape in order, with the offsets into operands of given strides. */
function forEachIndex(shape: readonly number[], strides: readonly (readonly number[])[], visit: (offsets: readonly number[], i: number) => void): void {
  const at = shape.map(() => 0);
  const offsets = strides.map(() => 0);
  const count = elements(shape);
  for (let i = 0; i < count; i++) {
    visit(offsets, i);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      strides.forEach((own, k) => { offsets[k]! += own[axis]!; });
      if (++at[axis]! < shape[axis]!) break;
      strides.forEach((own, k) => { offsets[k]! -= own[axis]! * shape[axis]!; });
      at[axis] = 0;
    }
  }
}

const transpose: Fold = ({ attrs }, [x]) => {
  const perm = attrs?.['perm'];
  if (!x || !isFloat(x) || !Array.isArray(perm)) return null;
  const dims = perm.map((axis) => x.dims[axis]!);
  const strides = perm.map((axis) => elements(x.dims.slice(axis + 1)));
  const data = new Float32Array(x.data.length);
  forEachIndex(dims, [strides], ([offset], i) => { data[i] = x.data[offset!]!; });
  return { dims, data };
};

const reshape: Fold = (_, [x, shape]) => {
  if (!x || !shape || shape.dtype !== 'int64') return null;
  const wanted = Array.from(shape.data as BigInt64Array, Number);
  if (wanted.includes(0)) return null;
  const rest = elements(wanted.filter((size) => size > 0));
  return { dims: wanted.map((size) => (size === -1 ? elements(x.dims) / rest : size)), data: x.data };
};

const FOLDS: Readonly<Record<string, Fold>> = {
  Add: elementwise((a, b) => a! + b!),
  Div: elementwise((a, b) => a! / b!),
  Mul: elementwise((a, b) => a! * b!),
  Neg: elementwise((a) => -a!),
  Reciprocal: elementwise((a) => 1 / a!),
  Reshape: reshape,
  Sqrt: elementwise((a) => Math.sqrt(a!)),
  Sub: elementwise((a, b) => a! - b!),
  Transpose: transpose,
};

/** A constant that was computed from others. */
export interface Folded {
  /** Names of the constants it was made of, directly or not. */
  readonly sources: readonly string[];
  /** The operator that made it. */
  readonly op: string;
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
    const layout = node.op === 'Reshape' || node.op === 'Transpose';
    const own = layout ? node.inputs.slice(0, 1) : node.inputs;
    constants.set(name, { name, dtype: inputs[0]!.dtype, ...result });
    folded.set(name, { sources: [...new Set(own.flatMap((input) => folded.get(input)?.sources ?? [input]))], op: layout ? (folded.get(node.inputs[0]!)?.op ?? node.op) : node.op });
  }
  const used = new Set([...kept.flatMap((node) => node.inputs), ...outputs]);
  return { nodes: kept, initializers: [...constants.values()].filter((tensor) => used.has(tensor.name)), folded };
}
