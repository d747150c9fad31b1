import type { Graph } from './graph.ts';
import type { GraphNode, OutputSpec, Value } from './value.ts';

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
  const lines = graph.constants.map((value) => `  ${name(value)}: ${specText(value)} = constant${smallText(value, options)}`);
  let count = 0;
  for (const node of graph.nodes) {
    for (const output of node.outputs) names.set(output, `v${count++}`);
    lines.push(`  ${nodeText(node, name)}`);
  }
  const results = graph.outputs.map((output) => (output.shape.join() === output.value.shape.join() ? name(output.value) : `${name(output.value)} as [${output.shape.join()}]`));
  return `graph ${options.canonical ? '' : graph.name}(${head.join(', ')}) {\n${lines.join('\n')}\n  return ${results.join(', ')}\n}`;
}

function nodeText(node: GraphNode, name: (value: Value) => string): string {
  const results = node.outputs.map((output) => `${name(output)}: ${specText(output)}`).join(', ');
  const attrs = JSON.stringify(node.attrs);
  return `${results} = ${node.kernel}(${node.inputs.map(name).join(', ')})${attrs === '{}' ? '' : ` ${attrs}`}`;
}

function specText(spec: OutputSpec): string {
  return `${spec.dtype}[${spec.shape.join()}]`;
}

function smallText(value: Value, options: { canonical?: boolean }): string {
  return options.canonical || value.data === null || value.data.length !== 1 ? '' : ` ${String(value.data[0])}`;
}
