import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxValueInfo } from './model.ts';
import { graphsOf } from './check-model.ts';

/** Numbers, texts and lists of attributes up to this many are printed. */
const SHOWN = 16;

/**
 * Prints a model as `String(graph)` prints a traced one, with the names of the file:
 *
 *     graph classifier(images: float32[batch,3]) {
 *       fc.weight: float32[3,2] = constant
 *       logits: float32[batch,2] = MatMul(images, fc.weight)
 *       return logits
 *     }
 */
export function printModel(model: OnnxModel): string {
  const functions = (model.functions ?? []).map((fn) => {
    const lines = fn.nodes.flatMap((node) => nodeLines(node, new Map(), '  '));
    return `function ${fn.domain}.${fn.name}(${fn.inputs.join(', ')}) {\n${lines.join('\n')}\n  return ${fn.outputs.join(', ')}\n}\n`;
  });
  return functions.join('') + printGraph(model.graph, '');
}

function printGraph(graph: OnnxGraph, indent: string): string {
  const infos = new Map([...(graph.valueInfo ?? []), ...graph.outputs].map((info) => [info.name, info]));
  const defaults = new Set(graph.initializers.map((tensor) => tensor.name));
  const head = graph.inputs.filter((input) => !defaults.has(input.name)).map((input) => `${input.name}${typeText(input)}`);
  const inner = `${indent}  `;
  const constants = graph.initializers.map(({ name, dtype, dims, data }) => `${inner}${name}: ${dtype}[${dims.join()}] = constant${data.length === 1 ? ` ${String(data[0])}` : ''}`);
  const lines = [...constants, ...graph.nodes.flatMap((node) => nodeLines(node, infos, inner)), `${inner}return ${graph.outputs.map((output) => output.name).join(', ')}`];
  return `graph ${graph.name}(${head.join(', ')}) {\n${lines.join('\n')}\n${indent}}`;
}

function nodeLines(node: OnnxGraph['nodes'][number], infos: ReadonlyMap<string, OnnxValueInfo>, indent: string): string[] {
  const results = node.outputs.map((name) => (name === '' ? '_' : `${name}${infos.has(name) ? typeText(infos.get(name)!) : ''}`));
  const attrs = Object.entries(node.attrs ?? {}).map(([key, value]) => `${JSON.stringify(key)}:${attributeText(value)}`);
  const op = node.domain ? `${node.domain}.${node.op}` : node.op;
  const line = `${indent}${results.join(', ')} = ${op}(${node.inputs.map((name) => name || '_').join(', ')})${attrs.length > 0 ? ` {${attrs.join()}}` : ''}`;
  return [line, ...graphsOf(node).map((graph) => `${indent}  ${printGraph(graph, `${indent}  `)}`)];
}

function typeText({ dtype, dims }: OnnxValueInfo): string {
  return dtype === 'other' ? '' : `: ${dtype}${dims === null ? '' : `[${dims.map((size) => (size === '' || size === -1 ? '?' : size)).join()}]`}`;
}

function attributeText(value: OnnxAttribute): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  if ('float' in value) return String(value.float);
  if ('floats' in value) return listText(value.floats);
  if ('strings' in value) return listText(value.strings.map((text) => JSON.stringify(text)));
  if ('tensor' in value) return `${value.tensor.dtype}[${value.tensor.dims.join()}]${value.tensor.data.length === 1 ? ` ${String(value.tensor.data[0])}` : ''}`;
  if ('tensors' in value) return `${value.tensors.length} tensors`;
  if ('graph' in value) return `graph ${value.graph.name}`;
  if ('graphs' in value) return `${value.graphs.length} graphs`;
  if ('reference' in value) return `@${value.reference}`;
  if ('encoded' in value) return `${value.encoded.length} bytes`;
  return listText(value);
}

function listText(items: readonly (number | bigint | string)[]): string {
  return `[${items.slice(0, SHOWN).map(String).join()}${items.length > SHOWN ? ',…' : ''}]`;
}
