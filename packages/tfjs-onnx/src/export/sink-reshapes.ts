import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';
import type { ShapeText } from './known-shapes.ts';

/** These compute each element of the result from one element, and constants that are the same for all or for the last axis. */
const ELEMENTWISE = new Set([
  'Abs', 'Add', 'Cast', 'Ceil', 'Clip', 'Cos', 'Div', 'Elu', 'Equal', 'Erf', 'Exp', 'Floor', 'Greater', 'GreaterOrEqual', 'HardSigmoid', 'Less', 'LessOrEqual', 'Log', 'Max', 'Min', 'Mul', 'Neg', 'Not', 'Pow',
  'Reciprocal', 'Relu', 'Round', 'Selu', 'Sigmoid', 'Sin', 'Softplus', 'Sqrt', 'Sub', 'Tanh',
]);

/** A graph in the making: nodes in order, and what is known of the shapes of their results. */
export interface ShapedNodes<N> {
  readonly nodes: readonly N[];
  readonly shapes: ReadonlyMap<string, ShapeText>;
}

/**
 * Moves a Reshape behind the elementwise operators that follow it, where it may meet another or turn out to do nothing. TensorFlow.js reshapes what
 * goes into a dense layer, and back what comes out of its activation.
 */
export function sinkReshapes<N extends OnnxNode>({ nodes, shapes: known }: ShapedNodes<N>, initializers: readonly OnnxTensor[], outputs: readonly string[]): ShapedNodes<N> {
  const shapes = new Map(known);
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const producers = new Map<string, N>();
  const readers = new Map<string, number>();
  for (const name of [...nodes.flatMap((node) => node.inputs), ...outputs]) readers.set(name, (readers.get(name) ?? 0) + 1);

  function moved(node: N): readonly N[] {
    const at = node.inputs.findIndex((name) => producers.get(name)?.op === 'Reshape' && readers.get(name) === 1);
    const before = producers.get(node.inputs[at] ?? '');
    if (!before || !passes(node, at, before)) return [node];
    const [source, shape] = before.inputs as readonly [string, string];
    const result = `${node.outputs[0]!} flat`;
    shapes.set(result, shapes.get(source)!);
    return [{ ...node, inputs: node.inputs.map((name, i) => (i === at ? source : name)), outputs: [result] }, { ...before, inputs: [result, shape], outputs: node.outputs }];
  }

  function passes(node: N, at: number, before: N): boolean {
    const [inner, outer] = [shapes.get(before.inputs[0]!), shapes.get(before.outputs[0]!)];
    if (node.domain || !ELEMENTWISE.has(node.op) || !inner || !outer) return false;
    return node.inputs.every((name, i) => {
      if (i === at || name === '') return true;
      const dims = constants.get(name)?.dims;
      return dims !== undefined && (dims.length === 0 || (dims.length === 1 && (dims[0] === 1 || inner.at(-1) === outer.at(-1))) && inner.length > 0 && outer.length > 0);
    });
  }

  const result = nodes.flatMap((node) => {
    inferProduct(node, shapes);
    const made = moved(node);
    for (const each of made) for (const output of each.outputs) producers.set(output, each);
    return made;
  });
  return { nodes: result, shapes };
}

/** The shape of a product of two matrices. */
function inferProduct({ op, inputs, outputs, attrs = {} }: OnnxNode, shapes: Map<string, ShapeText>): void {
  if ((op !== 'MatMul' && op !== 'Gemm') || shapes.has(outputs[0]!)) return;
  const [a, b] = inputs.map((name) => shapes.get(name));
  if (a?.length !== 2 || b?.length !== 2) return;
  shapes.set(outputs[0]!, [a[attrs['transA'] === 1 ? 1 : 0]!, b[attrs['transB'] === 1 ? 0 : 1]!]);
}
