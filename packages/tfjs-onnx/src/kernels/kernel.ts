import type { DataType } from '@tensorflow/tfjs-core';
import type { Attributes, GraphNode, OutputSpec, Value } from '../graph/value.ts';
import type { Form, Lower, Lowering } from '../lower/lowering.ts';

/** What a row may ask of the recorder. */
export interface Recording {
  /** A value that may change from step to step: an operand, never an attribute. */
  scalar(value: number, dtype: DataType): Value;
  /** A tensor that is part of the kernel's meaning. */
  constant(data: Float32Array | Int32Array, shape: readonly number[], dtype: DataType): Value;
  /** The same elements under another shape. */
  view(value: Value, shape: readonly number[]): Value;
  /** Records another kernel of the table. */
  call(kernel: string, inputs: Readonly<Record<string, Value>>, attrs?: object): Value;
}

/** A node to record: operands, attributes that shape the graph, results. */
export interface NodeSpec<S> {
  readonly inputs: readonly Value[];
  readonly attrs?: S;
  readonly outputs: readonly OutputSpec[];
}

/** A kernel call of TensorFlow.js. Array inputs (Concat, AddN, …) arrive under the keys '0', '1', … */
export interface KernelCall<A> {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attrs: A;
  readonly rec: Recording;
}

/** One row of the table: how a TensorFlow.js kernel is recorded, and what it is in ONNX. Serves execution and export. */
export interface Kernel {
  /** Null: this call has no ONNX form and goes to the CPU back end. Values: it was expressed by other kernels. */
  readonly record: (call: KernelCall<never>) => NodeSpec<Attributes> | Value | readonly Value[] | null;
  readonly lower: Lower;
}

export type KernelTable = Readonly<Record<string, Kernel>>;

type TypedNode<S> = Omit<GraphNode, 'attrs'> & { readonly attrs: S };

/** A row that records one node, or nothing where an operand is the result. `A` are the attributes of TensorFlow.js, `S` those that shape the graph. */
export function kernel<A, S>(
  record: (call: KernelCall<A>) => NodeSpec<S> | Value | null,
  lower: (node: TypedNode<S>, to: Lowering) => Form | readonly Form[],
): Kernel {
  return { record: record as unknown as Kernel['record'], lower: lower as unknown as Lower };
}

/** A row that is expressed by other rows. */
export function composite<A>(record: (call: KernelCall<A>) => Value | readonly Value[] | null): Kernel {
  return {
    record: record,
    lower: (node) => {
      throw new Error(`onnxruntime: ${node.kernel} is expressed by other kernels and has no ONNX form of its own`);
    },
  };
}

/**
 * Rows for float32 that take other types too: operands are cast.
 * @param same those whose result has the type of the first operand; results of the others are float32
 */
export function inFloat32(rows: KernelTable, same: readonly string[]): KernelTable {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, { lower: row.lower, record: recordInFloat32(name, row, same.includes(name)) }]));
}

function recordInFloat32(name: string, row: Kernel, keepsType: boolean): Kernel['record'] {
  return (call) => {
    const { inputs, attrs, rec } = call;
    const operands = Object.entries(inputs);
    if (operands.every(([, value]) => value.dtype === 'float32')) return row.record(call);
    const floats = Object.fromEntries(operands.map(([key, value]) => [key, rec.call('Cast', { x: value }, { dtype: 'float32' })]));
    const result = rec.call(name, floats, attrs);
    return keepsType ? rec.call('Cast', { x: result }, { dtype: operands[0]![1].dtype }) : result;
  };
}

/** The operands of a kernel that takes an array. */
export function listOf(inputs: Readonly<Record<string, Value>>): readonly Value[] {
  return Object.values(inputs);
}

/** Whether ONNX Runtime has tensors of this type. */
export function isNumeric(value: OutputSpec): boolean {
  return value.dtype === 'float32' || value.dtype === 'int32' || value.dtype === 'bool';
}

/** A negative axis counts from the end. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
