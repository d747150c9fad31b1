import type { BackendValues, DataType } from '@tensorflow/tfjs-core';
import type { Recorder } from './recorder.ts';

/** Attributes that shape the graph: axes, strides, paddings, sizes. Whatever changes from step to step is an input instead. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Type and shape of a result. */
export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** One recorded kernel. */
export interface GraphNode {
  readonly kernel: string;
  readonly attrs: Attributes;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Interned id of (kernel, attributes). */
  readonly signature: number;
  /** Signature and operands: equal keys compute equal values. */
  readonly key: string;
  readonly owner: Recorder;
  /** The last plan that needs this node. */
  plan: number;
}

/**
 * A tensor of the graph. It is a leaf when `node` is null: then `data` is known, or it is an argument of a traced function.
 * Values are immutable; several data ids may refer to one value.
 */
export interface Value extends OutputSpec {
  readonly id: number;
  /** What will compute it. */
  node: GraphNode | null;
  data: BackendValues | null;
  /** Set on the argument of a traced function: its name. */
  readonly argument: string | null;
  /** How many data ids refer to it. */
  references: number;
  /** How many pending nodes read it. */
  uses: number;
  /** The same elements under other shapes, made on demand. */
  views: Map<string, Value> | null;
  /** The value that this one shows under another shape. */
  readonly base: Value | null;
  /** What the runtime made of `data`; kept, so that weights are wrapped once. */
  feed: object | null;
  /** Scratch of the planner: the last plan that met this value, and its number there. */
  plan: number;
  slot: number;
}

let nextId = 0;

function create(spec: OutputSpec, part: Partial<Pick<Value, 'data' | 'argument' | 'base'>>): Value {
  return {
    id: nextId++, shape: spec.shape, dtype: spec.dtype, node: null, data: part.data ?? null, argument: part.argument ?? null,
    references: 0, uses: 0, views: null, base: part.base ?? null, feed: null, plan: 0, slot: -1,
  };
}

/** A value whose elements are known. */
export function leaf(data: BackendValues, shape: readonly number[], dtype: DataType): Value {
  return create({ shape, dtype }, { data });
}

/** A stand-in for an argument of a traced function. */
export function placeholder(name: string, shape: readonly number[], dtype: DataType): Value {
  return create({ shape, dtype }, { argument: name });
}

/** A result that a node will compute. */
export function pendingValue(spec: OutputSpec): Value {
  return create(spec, {});
}

/** `base` under another shape; it becomes a Reshape node only when a kernel reads it. */
export function viewOf(base: Value, shape: readonly number[]): Value {
  return create({ shape, dtype: base.dtype }, { base });
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** Number of elements. */
export function elements(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}
