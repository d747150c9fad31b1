import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode } from './model.ts';

/** Names that a graph may use: its own, and those of the graphs around it. */
interface Scope {
  readonly names: ReadonlySet<string>;
  readonly outer: Scope | null;
}

interface Context {
  readonly fail: (problem: string) => never;
  /** Domains whose operators may be used. */
  readonly domains: ReadonlySet<string>;
}

/** Names in messages may be as long as a hostile file likes. */
const LONGEST = 80;
const short = (name: string): string => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);

/** How messages call a node. */
function nodeLabel({ name, op, outputs }: OnnxNode): string {
  return `node ${short(name || outputs[0] || '(unnamed)')} (${short(op)})`;
}

/** ONNX's own operators have two names for their domain. */
const domainOf = (domain: string | undefined): string => (domain === undefined || domain === 'ai.onnx' ? '' : domain);

/**
 * Checks that a model is a program: every name is given once and before it is used in some order, every operator's domain has a version, functions do
 * not call themselves. Takes time in proportion to the model's size.
 * @throws {Error} naming the node or the value
 */
export function checkModel(caller: string, model: OnnxModel): void {
  const fail = (problem: string): never => { throw new Error(`${caller}: ${problem}`); };
  const functions = checkFunctions(fail, model);
  checkGraph({ fail, domains: new Set([...Object.keys(model.opset).map(domainOf), ...functions]) }, model.graph, null);
}

/** Gives the domains of the functions. */
function checkFunctions(fail: (problem: string) => never, model: OnnxModel): Set<string> {
  const keyOf = (domain: string | undefined, name: string, overload = ''): string => `${domainOf(domain)}.${name}${overload && `:${overload}`}`;
  const calls = new Map<string, readonly string[]>();
  const domains = new Set((model.functions ?? []).map((fn) => domainOf(fn.domain)));
  for (const { name, domain, overload, inputs, nodes, outputs, opset } of model.functions ?? []) {
    const key = keyOf(domain, name, overload);
    if (calls.has(key)) fail(`function ${short(key)} is there twice`);
    const own: OnnxNode[] = [];
    const context = { fail: (problem: string) => fail(`function ${short(key)}: ${problem}`), domains: new Set([...Object.keys(opset).map(domainOf), ...domains]) };
    const names = namesOf(context, inputs, [], nodes);
    checkNodes(context, nodes, { names, outer: null }, (node) => own.push(node));
    for (const output of outputs) if (!names.has(output)) context.fail(`output ${short(output)} is given by nothing`);
    calls.set(key, own.map((node) => keyOf(node.domain, node.op)));
  }
  const keys = [...calls.keys()];
  const numbers = new Map(keys.map((key, i) => [key, i]));
  const cycle = findCycle([...calls.values()].map((called) => called.flatMap((key) => numbers.get(key) ?? [])));
  if (cycle) fail(`functions call each other in a circle: ${cycle.map((i) => short(keys[i]!)).join(' → ')}`);
  return domains;
}

/** Names that it needs from around it. */
function checkGraph(context: Context, graph: OnnxGraph, outer: Scope | null, visit: (node: OnnxNode) => void = () => {}): Set<string> {
  const names = namesOf(context, graph.inputs.map((input) => input.name), graph.initializers.map((tensor) => tensor.name), graph.nodes);
  const scope = { names, outer };
  const needed = checkNodes(context, graph.nodes, scope, visit);
  for (const { name } of graph.outputs) {
    // A sparse initializer is among what is not known here.
    if (!isKnown(scope, name) && !graph.unknown) context.fail(`output ${short(name)} of graph ${short(graph.name)} is given by nothing`);
    if (!names.has(name)) needed.add(name);
  }
  return needed;
}

/** Every name that is given here; each once, but an input may have an initializer as its default. */
function namesOf({ fail }: Context, inputs: readonly string[], initializers: readonly string[], nodes: readonly OnnxNode[]): Set<string> {
  const once = (what: string, list: readonly string[]): Set<string> => {
    const names = new Set<string>();
    for (const name of list) {
      if (names.has(name)) fail(`${what} ${short(name)} is there twice`);
      names.add(name);
    }
    return names;
  };
  const names = new Set([...once('input', inputs), ...once('initializer', initializers)]);
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (names.has(output)) fail(`${nodeLabel(node)}: output ${short(output)} is given twice`);
      names.add(output);
    }
  }
  return names;
}

/** Gives the names that the nodes need from around their graph. */
function checkNodes(context: Context, nodes: readonly OnnxNode[], scope: Scope, visit: (node: OnnxNode) => void): Set<string> {
  const needed = new Set<string>();
  const producers = new Map<string, number>();
  nodes.forEach((node, i) => { for (const output of node.outputs) if (output !== '') producers.set(output, i); });
  const sources = nodes.map((node) => {
    visit(node);
    if (!context.domains.has(domainOf(node.domain))) context.fail(`${nodeLabel(node)}: no opset_import says which version of the operators of ${short(node.domain || 'ai.onnx')} is meant`);
    const from: number[] = [];
    const use = (name: string): void => {
      const producer = producers.get(name);
      if (producer !== undefined) from.push(producer);
      else if (!scope.names.has(name)) needed.add(name);
    };
    for (const input of node.inputs) {
      if (input === '') continue;
      if (!isKnown(scope, input)) context.fail(`${nodeLabel(node)}: input ${short(input)} is given by nothing`);
      use(input);
    }
    for (const graph of graphsOf(node)) for (const name of checkGraph(context, graph, scope, visit)) use(name);
    return from;
  });
  const cycle = findCycle(sources);
  if (cycle) context.fail(`nodes need each other in a circle: ${cycle.map((i) => nodeLabel(nodes[i]!)).join(' ← ')}`);
  return needed;
}

/** The graphs among the attributes of a node. */
export function graphsOf({ attrs }: OnnxNode): OnnxGraph[] {
  if (!attrs) return [];
  return Object.values(attrs).flatMap((value: OnnxAttribute) => (typeof value !== 'object' ? [] : 'graph' in value ? [value.graph] : 'graphs' in value ? [...value.graphs] : []));
}

function isKnown(scope: Scope, name: string): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

/** A circle of members that lead to each other, the first again at the end; null: there is none. Without recursion: a chain may be as long as the file. */
function findCycle(next: readonly (readonly number[])[]): number[] | null {
  const [NEW, ON_PATH, DONE] = [0, 1, 2];
  const state = new Uint8Array(next.length);
  const tried = new Uint32Array(next.length);
  for (let start = 0; start < next.length; start++) {
    if (state[start] !== NEW) continue;
    const path = [start];
    state[start] = ON_PATH;
    while (path.length > 0) {
      const member = path.at(-1)!;
      const follower = next[member]![tried[member]!++];
      if (follower === undefined) {
        state[member] = DONE;
        path.pop();
      } else if (state[follower] === ON_PATH) {
        return shorten([...path.slice(path.indexOf(follower)), follower]);
      } else if (state[follower] === NEW) {
        state[follower] = ON_PATH;
        path.push(follower);
      }
    }
  }
  return null;
}

/** Messages name some members of a long circle. */
function shorten(circle: number[]): number[] {
  return circle.length > 8 ? [...circle.slice(0, 7), circle.at(-1)!] : circle;
}
