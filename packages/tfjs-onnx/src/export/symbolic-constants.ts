import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxType } from '../onnx/model.ts';
import type { BuilderNode } from '../lower/builder.ts';
import type { SymbolicOperand } from './align.ts';
import type { SizeFraction } from './size-fraction.ts';
import type { SizeForm } from '../graph/size-form.ts';

/** A node of an export, and the TensorFlow.js kernel that it stands for. */
export type ExportNode = OnnxNode & { readonly kernel: string };

/** Where a symbolic axis is found: an input and the position of the axis. */
export type AxisPlaces = ReadonlyMap<string, { readonly input: string; readonly axis: number }>;

/** Nodes that compute, from the shapes of the inputs, what depends on them. */
export interface SymbolicConstants {
  readonly nodes: readonly ExportNode[];
  readonly initializers: readonly OnnxTensor[];
  /** The name that stands for an operand of a node. */
  operand(node: BuilderNode, position: number, symbolic: SymbolicOperand): string;
}

const ONNX_TYPES: Readonly<Record<string, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };

export function createSymbolicConstants(places: AxisPlaces): SymbolicConstants {
  const nodes: ExportNode[] = [];
  const initializers: OnnxTensor[] = [];
  const known = new Map<string, string>();

  function once(key: string, make: (name: string) => void): string {
    const made = known.get(key);
    if (made !== undefined) return made;
    const name = `%size ${known.size}`;
    known.set(key, name);
    make(name);
    return name;
  }

  const emit = (op: string, inputs: readonly string[], attrs: Readonly<Record<string, OnnxAttribute>> = {}): string =>
    once(`${op} ${inputs.join()} ${JSON.stringify(attrs)}`, (name) => nodes.push({ op, inputs, outputs: [name], attrs, kernel: 'Shape' }));

  const ints = (values: readonly number[], dims: readonly number[] = [values.length]): string =>
    once(`ints ${values.join()} [${dims.join()}]`, (name) => initializers.push({ name, dtype: 'int64', dims, data: BigInt64Array.from(values, BigInt) }));

  /** The number as an int64 vector of one element. */
  function vector({ constant, terms }: SizeForm): string {
    const products = terms.map(({ factor, axes }) => {
      const [first, ...rest] = axes.map((axis) => {
        const { input, axis: at } = places.get(axis)!;
        return emit('Shape', [input], { start: at, end: at + 1 });
      }) as [string, ...string[]];
      const product = rest.reduce((left, right) => emit('Mul', [left, right]), first);
      return factor === 1 ? product : emit('Mul', [product, ints([factor])]);
    });
    const sum = products.reduce((left, right) => emit('Add', [left, right]));
    return constant === 0 ? sum : emit('Add', [sum, ints([constant])]);
  }

  /** All numbers as one int64 vector; runs of constants stay together. */
  function joined(forms: readonly SizeForm[]): string {
    const parts: string[] = [];
    let run: number[] = [];
    const endRun = (): void => {
      if (run.length > 0) parts.push(ints(run));
      run = [];
    };
    for (const form of forms) {
      if (form.terms.length === 0) {
        run.push(form.constant);
      } else {
        endRun();
        parts.push(vector(form));
      }
    }
    endRun();
    return parts.length === 1 ? parts[0]! : emit('Concat', parts, { axis: 0 });
  }

  const typed = (name: string, dtype: OnnxType): string => (dtype === 'int64' ? name : emit('Cast', [name], { to: ONNX_TYPES[dtype]! }));

  /** A constant of one element. */
  function single(dtype: OnnxType, value: number): OnnxTensor {
    const data = dtype === 'float32' ? Float32Array.of(value) : dtype === 'int32' ? Int32Array.of(value) : dtype === 'int64' ? BigInt64Array.of(BigInt(value)) : Uint8Array.of(value);
    return { name: '', dtype, dims: [1], data };
  }

  /** Elements that are all the same, or evenly spaced whole numbers, of a shape that depends on symbolic axes. */
  function ramp({ constant: { dtype }, dims, start, step }: SymbolicOperand & { readonly kind: 'ramp' }): string {
    const shape = joined(dims);
    if (step === 0) {
      const spelled = Object.is(start, -0) ? '-0' : String(start);
      return once(`ConstantOfShape ${shape} ${dtype} ${spelled}`, (name) => nodes.push({ op: 'ConstantOfShape', inputs: [shape], outputs: [name], attrs: { value: { tensor: single(dtype, start) } }, kernel: 'Fill' }));
    }
    const count = emit('ReduceProd', [shape], { axes: [0], keepdims: 0 });
    const scalar = (value: number): string => ints([value], []);
    const length = step === 1 ? count : emit('Mul', [count, scalar(step)]);
    const limit = start === 0 ? length : emit('Add', [length, scalar(start)]);
    const flat = typed(emit('Range', [scalar(start), limit, scalar(step)]), dtype);
    return dims.length === 1 ? flat : emit('Reshape', [flat, shape]);
  }

  /** A float as a vector of one element. */
  function fraction({ factor, numerator, denominator }: SizeFraction): string {
    const [above, below] = [numerator, denominator].map((form) => form && typed(vector(form), 'float32'));
    const constant = (): string => once(`float ${factor}`, (name) => initializers.push({ ...single('float32', factor), name }));
    if (!below) return emit('Mul', [above!, constant()]);
    return emit('Div', [above ?? constant(), below]);
  }

  const shaped = (flat: string, dims: readonly number[]): string => (dims.length === 1 ? flat : emit('Reshape', [flat, ints(dims)]));

  return {
    nodes,
    initializers,
    operand: (node, position, symbolic) => {
      if (symbolic.kind === 'ramp') return ramp(symbolic);
      if (symbolic.kind === 'fraction') return shaped(fraction(symbolic.fraction), symbolic.constant.dims);
      const { constant, forms } = symbolic;
      const free = freeSize(node, position, forms);
      if (free) return ints(free);
      return shaped(typed(joined(forms), constant.dtype), constant.dims);
    },
  };
}

/** The shape of a Reshape in which one size is left open: −1 stands for what remains. Null where that cannot be said. */
function freeSize(node: BuilderNode, position: number, forms: readonly SizeForm[]): readonly number[] | null {
  const open = forms.filter((form) => form.terms.length > 0).length;
  if (node.op !== 'Reshape' || position !== 1 || open !== 1 || forms.some((form) => form.terms.length === 0 && form.constant <= 0)) return null;
  return forms.map((form) => (form.terms.length > 0 ? -1 : form.constant));
}
