import type { OnnxTensor } from '../onnx/model.ts';
import type { ExportNode } from './symbolic-constants.ts';

/** The IR version that came with an opset. The newest is the newest that onnxruntime-node 1.30 loads. */
const IR_VERSIONS: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11, 24: 12, 25: 13, 26: 13 };

/** The versions of ONNX's operators that `toOnnx` writes. */
export const supportedOpsets: { readonly oldest: number; readonly newest: number } = { oldest: 17, newest: 26 };

/** @throws {RangeError} for an opset that is not supported */
export function irVersionOf(opset: number): number {
  const version = IR_VERSIONS[opset];
  if (version === undefined) throw new RangeError(`toOnnx: opset must be ${supportedOpsets.oldest} to ${supportedOpsets.newest}, got ${opset}`);
  return version;
}

/** From opset 18 on, these take their axes as an operand. */
const AXES_AS_OPERAND = new Set(['ReduceL1', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd']);

/** Rows emit opset 17; what later ones changed is changed here. */
export function adaptToOpset(nodes: readonly ExportNode[], opset: number): { nodes: readonly ExportNode[]; initializers: readonly OnnxTensor[] } {
  if (opset < 18) return { nodes, initializers: [] };
  const initializers = new Map<string, OnnxTensor>();
  const adapted = nodes.map((node) => {
    const { axes, ...attrs } = node.attrs ?? {};
    if (node.domain || !AXES_AS_OPERAND.has(node.op) || !Array.isArray(axes)) return node;
    const name = `%axes ${axes.join()}`;
    initializers.set(name, { name, dtype: 'int64', dims: [axes.length], data: BigInt64Array.from(axes, BigInt) });
    return { ...node, inputs: [...node.inputs, name], attrs };
  });
  return { nodes: adapted, initializers: [...initializers.values()] };
}
