import { fitSizes, printSize, type TraceSizes } from '../graph/size-form.ts';
import type { LoweredGraph } from '../lower/lower-graph.ts';

/** A shape whose sizes are written out, such as ['2*batch', '10']. */
export type ShapeText = readonly string[];

/** Shapes by the names of the first graph, as far as they are known: equal sizes are equal whatever the size of symbolic axes. The graphs are aligned. */
export function knownShapes(graphs: readonly LoweredGraph[], sizes: TraceSizes): Map<string, ShapeText> {
  const [first] = graphs as readonly [LoweredGraph];
  const shapes = new Map<string, ShapeText>();
  const add = (names: readonly string[]): void => {
    const dims = graphs.map((graph, i) => graph.shapes.get(names[i]!));
    if (dims.some((own) => own?.length !== dims[0]?.length) || !dims[0]) return;
    const forms = dims[0].map((_, axis) => fitSizes(dims.map((own) => own![axis]!), sizes));
    if (forms.every((form) => form !== null)) shapes.set(names[0]!, forms.map(printSize));
  };
  for (const { name } of first.inputs) add(graphs.map(() => name));
  first.nodes.forEach((node, i) => node.outputs.forEach((_, k) => add(graphs.map((graph) => graph.nodes[i]!.outputs[k]!))));
  for (const { name, dims } of first.constants) shapes.set(name, dims.map(String));
  return shapes;
}
