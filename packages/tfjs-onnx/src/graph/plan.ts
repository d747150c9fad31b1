import { intern } from './signature.ts';
import type { GraphNode, Value } from './value.ts';

/** What has to run for some values, and the key under which an equal program was compiled before. */
export interface Plan {
  /** In an order in which they can run. */
  readonly nodes: readonly GraphNode[];
  /** Values that are fed, in order of first use. */
  readonly leaves: readonly Value[];
  readonly outputs: readonly Value[];
  /** Equal for equal structure: kernels, attributes, wiring, types and shapes of the leaves, which results are kept. */
  readonly key: string;
}

let plans = 0;

/**
 * Plans the pending nodes. Nodes that no output needs are left out: ONNX Runtime would run them.
 * @param outputs wanted results; by default all pending values that a data id refers to.
 */
export function planPending(pending: Iterable<GraphNode>, outputs?: readonly Value[]): Plan {
  plans += 1;
  const plan = plans;
  const wanted = outputs ? new Set(outputs) : null;
  const isOutput = (value: Value): boolean => (wanted ? wanted.has(value) : value.references > 0);
  const order = [...pending];
  markNeeded(order, plan, isOutput);
  const nodes: GraphNode[] = [];
  const leaves: Value[] = [];
  const results: Value[] = [];
  const key: number[] = [];
  let slots = 0;
  const number = (value: Value): number => {
    value.plan = plan;
    value.slot = slots++;
    return value.slot;
  };
  for (const node of order) {
    if (node.plan !== plan) continue;
    nodes.push(node);
    key.push(node.signature);
    for (const input of node.inputs) {
      if (input.plan !== plan) {
        leaves.push(input);
        key.push(-2 - intern(`${input.dtype} ${input.shape.join()}`));
        number(input);
      }
      key.push(input.slot);
    }
    for (const output of node.outputs) {
      number(output);
      if (!isOutput(output)) continue;
      results.push(output);
      key.push(-1);
    }
  }
  return { nodes, leaves, outputs: results, key: key.join() };
}

function markNeeded(order: readonly GraphNode[], plan: number, isOutput: (value: Value) => boolean): void {
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    if (node.plan !== plan && !node.outputs.some(isOutput)) continue;
    node.plan = plan;
    for (const input of node.inputs) if (input.node !== null) input.node.plan = plan;
  }
}
