import { printGraph } from './print.ts';
import type { GraphNode, Value } from './value.ts';

/** A named result; its shape may differ from its value's by a reshape. */
export interface GraphOutput {
  readonly name: string;
  readonly value: Value;
  readonly shape: readonly number[];
}

/** A traced function: a program over tensors. `String(graph)` prints it. */
export interface Graph {
  readonly name: string;
  /** Arguments, in order. */
  readonly inputs: readonly GraphInput[];
  /** Tensors that the function captured: frozen at the time of the trace. */
  readonly constants: readonly Value[];
  /** In an order in which they can run. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly GraphOutput[];
  /** Names of those constants that were given one: parameters of a network. */
  readonly names: ReadonlyMap<Value, string>;
  /** The size of each symbolic axis in this trace. */
  readonly sizes: Readonly<Record<string, number>>;
  /**
   * The same function traced at other sizes of its symbolic axes; none if it has none. Between them and this graph every combination of two
   * sizes per axis occurs, and last comes one where every axis has a third size.
   */
  readonly variants: readonly Graph[];
  toString(): string;
}

/** An argument of a traced function. */
export interface GraphInput {
  readonly name: string;
  readonly value: Value;
  /** The axes as they were asked for: a number, or the name of a symbolic axis. */
  readonly axes: readonly (number | string)[];
}

export type GraphParts = Omit<Graph, 'toString' | 'names' | 'sizes' | 'variants'> & Partial<Pick<Graph, 'names' | 'sizes' | 'variants'>>;

/** Makes a graph of its parts. */
export function createGraph(parts: GraphParts): Graph {
  const graph: Graph = { names: new Map(), sizes: {}, variants: [], ...parts, toString: () => printGraph(graph) };
  return graph;
}

/** Equal for programs that differ in names of arguments and contents of constants only: 16 hexadecimal digits. */
export function structuralHash(graph: Graph): string {
  const text = printGraph(graph, { canonical: true });
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  const mixed = [Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909), Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)];
  return mixed.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
