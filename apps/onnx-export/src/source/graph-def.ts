/** A GraphDef of TensorFlow, as JSON: what of it is looked at here. */
export interface GraphDef {
  readonly node: readonly GraphDefNode[];
}

export interface GraphDefNode {
  readonly name: string;
  readonly op: string;
  /** Names of nodes; ':1' behind one is its second result, '^' before one only orders. */
  readonly input?: readonly string[];
}

/** Operators that decide while a model runs what runs next. */
const CONTROL_FLOW = /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|If|StatelessIf|While|StatelessWhile|TensorArray.*|TensorList.*)$/;
/** Operators whose results have a shape that depends on values. */
const DYNAMIC_SHAPE = /^(Where|NonMaxSuppression.*|ListDiff|Unique.*)$/;
const TABLES = /^(HashTable.*|LookupTable.*|MutableHashTable.*|InitializeTable.*)$/;

/** The node that an input names. */
export const nodeName = (input: string): string => input.replace(/^\^/, '').replace(/:\d+$/, '');

function checkNode(path: string, node: unknown, i: number): void {
  const { name, op, input = [] } = (node ?? {}) as Partial<GraphDefNode>;
  if (typeof name !== 'string' || typeof op !== 'string' || !Array.isArray(input) || !input.every((each) => typeof each === 'string')) {
    throw new Error(`${path}: node ${i} of the graph must have a name, an op and a list of inputs`);
  }
  const refuse = (why: string): never => {
    throw new Error(`${path}: node ${name} (${op}) ${why}`);
  };
  if (CONTROL_FLOW.test(op)) refuse('is control flow, which decides while the model runs what is computed; only graphs of a fixed order can be exported. Freeze the model without loops and branches');
  if (DYNAMIC_SHAPE.test(op)) refuse('gives as many elements as its input happens to have, which no export can say; cut the model before it and do that step in your program');
  if (TABLES.test(op)) refuse('looks strings up in a table, which is not supported; feed the model what comes out of it');
}

function checkOrder(path: string, nodes: ReadonlyMap<string, GraphDefNode>): void {
  const open = new Map([...nodes].map(([name, { input = [] }]) => [name, input.length]));
  const readers = new Map<string, string[]>();
  for (const { name, input = [] } of nodes.values()) {
    for (const each of input) {
      const source = nodeName(each);
      if (!nodes.has(source)) throw new Error(`${path}: node ${name} reads ${each}, and the graph has no such node`);
      readers.set(source, [...(readers.get(source) ?? []), name]);
    }
  }
  const ready = [...open].filter(([, count]) => count === 0).map(([name]) => name);
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    open.delete(name);
    for (const reader of readers.get(name) ?? []) {
      open.set(reader, open.get(reader)! - 1);
      if (open.get(reader) === 0) ready.push(reader);
    }
  }
  const [stuck] = open.keys();
  if (stuck !== undefined) throw new Error(`${path}: the graph must have no cycle, and node ${stuck} waits for itself`);
}

/**
 * What TensorFlow.js's loader takes on trust.
 *
 * @param weights names of the weights that the files hold
 * @returns the nodes by name
 * @throws {Error} naming the file and the node, where the graph is none, or holds something that cannot be exported
 */
export function checkGraph(path: string, topology: unknown, weights: ReadonlySet<string>): ReadonlyMap<string, GraphDefNode> {
  const { node: list } = topology as { node?: unknown };
  if (!Array.isArray(list) || list.length === 0) throw new Error(`${path}: modelTopology must be a graph with nodes`);
  list.forEach((node, i) => checkNode(path, node, i));
  const nodes = new Map((list as GraphDefNode[]).map((node) => [node.name, node]));
  if (nodes.size !== list.length) throw new Error(`${path}: nodes of the graph must have different names`);
  const missing = [...nodes.values()].find(({ op, name }) => op === 'Const' && !weights.has(name));
  if (missing) throw new Error(`${path}: node ${missing.name} is a constant, and weightsManifest has no weight of that name`);
  checkOrder(path, nodes);
  return nodes;
}
