import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';
import type { ShapedNodes } from './sink-reshapes.ts';

/** Constants of more elements are not compared with each other. */
const COMPARED_ELEMENTS = 64;

/**
 * Puts one Reshape in the place of two in a row, and likewise Transpose, or none where the second undoes the first; one constant in the place
 * of several small ones that are equal; nothing in the place of a Reshape to the shape that is there already. Then leaves out what no result needs.
 *
 * @param called constants that are called something and stay apart
 */
export function simplify<N extends OnnxNode>({ nodes, shapes }: ShapedNodes<N>, initializers: readonly OnnxTensor[], outputs: readonly string[], called: ReadonlySet<string>): { nodes: N[]; initializers: OnnxTensor[] } {
  const replaced = equalConstants(initializers, called);
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const producers = new Map<string, N>();
  const kept = nodes.map((node) => {
    const simple = joined({ ...node, inputs: node.inputs.map((name) => replaced.get(name) ?? name) }, producers, constants);
    const [name] = node.outputs as readonly [string];
    if (isIdle(simple, shapes) && !outputs.includes(name)) replaced.set(name, simple.inputs[0]!);
    for (const output of simple.outputs) producers.set(output, simple);
    return simple;
  });
  const named = withResults(kept, outputs, shapes);
  const live = new Set(outputs);
  const needed = named.toReversed().filter((node) => {
    const isNeeded = node.outputs.some((name) => live.has(name));
    if (isNeeded) for (const name of node.inputs) live.add(name);
    return isNeeded;
  });
  return { nodes: needed.reverse(), initializers: initializers.filter(({ name }) => live.has(name)) };
}

function equalConstants(initializers: readonly OnnxTensor[], called: ReadonlySet<string>): Map<string, string> {
  const first = new Map<string, string>();
  const replaced = new Map<string, string>();
  for (const { name, dtype, dims, data } of initializers) {
    if (called.has(name) || data.length > COMPARED_ELEMENTS) continue;
    const key = `${dtype} [${dims.join()}] ${Array.from(data as Float32Array, (value) => (Object.is(value, -0) ? '-0' : String(value))).join()}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, name);
    else replaced.set(name, known);
  }
  return replaced;
}

/** Where a result is but another name of what a node makes, that node makes the result. */
function withResults<N extends OnnxNode>(nodes: readonly N[], outputs: readonly string[], shapes: ShapedNodes<N>['shapes']): N[] {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const kept = nodes.filter((node) => {
    const [source, result] = [node.inputs[0]!, node.outputs[0]!];
    if (!isIdle(node, shapes) || !outputs.includes(result) || outputs.includes(source) || !made.has(source) || renamed.has(source)) return true;
    renamed.set(source, result);
    return false;
  });
  const rename = (name: string): string => renamed.get(name) ?? name;
  return renamed.size === 0 ? kept : kept.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
}

/** The node, reading what the node before it reads where both together are one operator. */
function joined<N extends OnnxNode>(node: N, producers: ReadonlyMap<string, OnnxNode>, constants: ReadonlyMap<string, OnnxTensor>): N {
  const before = producers.get(node.inputs[0]!);
  if (before?.op !== node.op) return node;
  const inputs = [before.inputs[0]!, ...node.inputs.slice(1)];
  if (node.op === 'Reshape') {
    // A size of 0 stands for the operand's own.
    const shape = constants.get(node.inputs[1]!)?.data as BigInt64Array | undefined;
    return shape?.includes(0n) ? node : { ...node, inputs };
  }
  if (node.op !== 'Transpose') return node;
  const [first, second] = [before, node].map(({ attrs }) => attrs?.['perm'] as readonly number[]) as [readonly number[], readonly number[]];
  return { ...node, inputs, attrs: { perm: second.map((axis) => first[axis]!) } };
}

/** Whether the result is the operand. */
function isIdle({ op, inputs, outputs, attrs }: OnnxNode, shapes: ShapedNodes<OnnxNode>['shapes']): boolean {
  const perm = attrs?.['perm'];
  if (op === 'Transpose') return Array.isArray(perm) && perm.every((axis, i) => axis === i);
  const [before, after] = [shapes.get(inputs[0]!), shapes.get(outputs[0]!)];
  return op === 'Reshape' && before !== undefined && before.join() === after?.join() && before.length === after.length;
}
