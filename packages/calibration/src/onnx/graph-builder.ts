import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from '@mixwell/tfjs-onnx';

/** The arithmetic of appended nodes. */
export type Precision = 'float32' | 'float64';

/** Appends nodes; a value is the name of what a node gives. */
export interface GraphBuilder {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** A constant in the builder's precision. */
  constant(values: ArrayLike<number>, dims: readonly number[]): string;
  /** A node of ONNX's own operators. @param output the name of its result. Default: one of the builder's. */
  node(op: string, inputs: readonly string[], attrs?: Readonly<Record<string, OnnxAttribute>>, output?: string): string;
  cast(x: string, dtype: string, output?: string): string;
  reshape(x: string, dims: readonly number[]): string;
  reduce(op: 'ReduceSum' | 'ReduceMax', x: string, axis: number, keep: boolean): string;
}

/** Every name of a graph, those in graphs of its nodes' attributes included. */
export function namesOf({ nodes, inputs, outputs, initializers }: OnnxGraph): string[] {
  const inner = nodes.flatMap(({ attrs = {} }) => Object.values(attrs).flatMap((value) => (typeof value === 'object' && 'graph' in value ? namesOf(value.graph) : typeof value === 'object' && 'graphs' in value ? value.graphs.flatMap(namesOf) : [])));
  return [...inputs, ...outputs, ...initializers].map(({ name }) => name).concat(nodes.flatMap((node) => [node.name ?? '', ...node.inputs, ...node.outputs]), inner);
}

/** Codes of TensorProto.DataType that results are cast to. */
const codes: Readonly<Record<string, number>> = { float32: 1, float16: 10, float64: 11, bfloat16: 16 };

/** From these versions on an operator takes its axes as an input. */
const axesAreInput = { ReduceSum: 13, ReduceMax: 18 } as const;

/** @param opset version of ONNX's operators @param taken names that are in use */
export function graphBuilder(precision: Precision, opset: number, taken: Iterable<string>): GraphBuilder {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const used = new Set(taken);
  const fresh = (what: string): string => {
    let name = `calibration/${what}`;
    for (let i = 1; used.has(name); i++) name = `calibration/${what}_${i}`;
    used.add(name);
    return name;
  };
  const add = (tensor: Omit<OnnxTensor, 'name'>): string => {
    const name = fresh('constant');
    initializers.push({ name, ...tensor });
    return name;
  };
  const integers = (values: readonly number[]): string => add({ dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  const node: GraphBuilder['node'] = (op, inputs, attrs, output = fresh(op)) => {
    nodes.push({ op, inputs, outputs: [output], name: fresh(`${op}/node`), ...(attrs && { attrs }) });
    return output;
  };
  return {
    nodes,
    initializers,
    node,
    constant: (values, dims) => add({ dtype: precision, dims, data: precision === 'float64' ? Float64Array.from(values) : Float32Array.from(values) }),
    cast: (x, dtype, output) => node('Cast', [x], { to: codes[dtype]! }, output),
    reshape: (x, dims) => node('Reshape', [x, integers(dims)]),
    reduce: (op, x, axis, keep) => {
      const keepdims = keep ? 1 : 0;
      return opset >= axesAreInput[op] ? node(op, [x, integers([axis])], { keepdims }) : node(op, [x], { axes: [axis], keepdims });
    },
  };
}
