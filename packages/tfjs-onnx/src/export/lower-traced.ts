import type { Graph } from '../graph/graph.ts';
import { type LoweredGraph, lowerGraph } from '../lower/lower-graph.ts';

/**
 * A traced graph as ONNX operators whose structure does not depend on sizes, ready to be written. `channelsFirst` names inputs of rank 4 that
 * are NCHW in the ONNX graph.
 */
export function lowerTraced(graph: Graph, options: { readonly microsoftOps?: boolean; readonly channelsFirst?: readonly string[] } = {}): LoweredGraph {
  const feeds = graph.inputs.map(({ name, value }) => ({ name, value, channelsFirst: options.channelsFirst?.includes(name) ?? false }));
  return lowerGraph(
    { feeds, constants: graph.constants, nodes: graph.nodes, outputs: graph.outputs, names: graph.names },
    { microsoftOps: options.microsoftOps ?? false, specialise: false, channelBlock: 1 },
  );
}
