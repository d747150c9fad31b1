import type { Graph } from './graph.ts';
import { fitSizes, printSize } from './size-form.ts';
import type { Value } from './value.ts';

/**
 * Prints a program, one node a line:
 *
 *     graph step(images: float32[128,784]) {
 *       c0: float32[784,10] = constant
 *       v0: float32[128,10] = BatchMatMul(images, c0) {"transposeA":false,"transposeB":false}
 *       return v0
 *     }
 */
export function printGraph(graph: Graph, options: { canonical?: boolean } = {}): string {
  const names = new Map<Value, string>();
  graph.inputs.forEach((input, i) => names.set(input.value, options.canonical ? `a${i}` : input.name));
  graph.constants.forEach((value, i) => names.set(value, `c${i}`));
  const name = (value: Value): string => names.get(value) ?? '?';
  const head = graph.inputs.map((input) => `${name(input.value)}: ${input.value.dtype}[${input.axes.join()}]`);
  const lines = graph.constants.map((value) => `  ${name(value)}: ${value.dtype}[${value.shape.join()}] = constant${options.canonical ? '' : contentText(graph, value)}`);
  let count = 0;
  graph.nodes.forEach((node, i) => {
    const results = node.outputs.map((output, k) => {
      names.set(output, `v${count++}`);
      return `${name(output)}: ${output.dtype}[${shapeText(graph, (trace) => trace.nodes[i]?.outputs[k]?.shape)}]`;
    });
    const attrs = JSON.stringify(node.attrs);
    lines.push(`  ${results.join(', ')} = ${node.kernel}(${node.inputs.map(name).join(', ')})${attrs === '{}' ? '' : ` ${attrs}`}`);
  });
  const results = graph.outputs.map(({ value, shape }, i) => (shape.join() === value.shape.join() ? name(value) : `${name(value)} as [${shapeText(graph, (trace) => trace.outputs[i]?.shape)}]`));
  return `graph ${options.canonical ? '' : graph.name}(${head.join(', ')}) {\n${lines.join('\n')}\n  return ${results.join(', ')}\n}`;
}

/** A shape; a size that depends on symbolic axes says how, unless the traces differ too much to tell. */
function shapeText(graph: Graph, shapeIn: (trace: Graph) => readonly number[] | undefined): string {
  const traces = [graph, ...graph.variants];
  const shapes = traces.map((trace) => shapeIn(trace) ?? []);
  return shapes[0]!.map((size, axis) => {
    const sizes = shapes.map((shape) => shape[axis] ?? Number.NaN);
    const form = sizes.every((other) => other === size) ? null : fitSizes(sizes, traces.map((trace) => trace.sizes));
    return form ? printSize(form) : size;
  }).join();
}

/** What is known of a constant: its name, or its only element. */
function contentText(graph: Graph, value: Value): string {
  const name = graph.names.get(value);
  if (name !== undefined) return ` ${name}`;
  return value.data?.length === 1 ? ` ${String(value.data[0])}` : '';
}
