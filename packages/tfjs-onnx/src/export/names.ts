import type { OnnxTensor } from '../onnx/model.ts';
import type { Folded } from './fold-constants.ts';
import type { ExportNode } from './symbolic-constants.ts';

/** Constants of more elements are not named after them. */
const SPELLED_ELEMENTS = 6;

/** The graph before it gets its names. */
export interface NamelessGraph {
  readonly nodes: readonly ExportNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Inputs and outputs, and what they are to be called. */
  readonly border: ReadonlyMap<string, string>;
  /** What captured tensors are called. */
  readonly names: ReadonlyMap<string, string>;
  readonly folded: ReadonlyMap<string, Folded>;
}

/**
 * Names that say where things come from and do not change from one export to the next. Constants have the names of parameters
 * (`layer1.0.conv1.weight`), with the operator that computed something of them (`layer1.0.bn1.running_var.Sqrt`; of several, what their names
 * have in common: `layer1.0.bn1.Mul`), or their elements (`int64_-1_512`). Nodes are named after the layer whose parameters they use and their operator (`layer1.0.conv1/Conv`), those without
 * parameters after the layer before; values after the node that makes them.
 */
export function nameGraph({ nodes, initializers, border, names, folded }: NamelessGraph): { nodes: ExportNode[]; initializers: OnnxTensor[] } {
  const unique = createUnique(border.values());
  const renamed = new Map(border);
  const scopes = new Map<string, string>();
  const named = initializers.map((tensor) => {
    const parameter = parameterName(tensor.name, names, folded);
    const name = unique(parameter ?? constantName(tensor));
    renamed.set(tensor.name, name);
    const scope = scopeOf(tensor.name, names, folded);
    if (scope !== '') scopes.set(tensor.name, scope);
    return { ...tensor, name };
  });
  const uniqueNode = createUnique([]);
  const isConstant = new Set(initializers.map(({ name }) => name));
  const namedNodes = nodes.map((node) => {
    const own = node.inputs.filter((input) => isConstant.has(input) && scopes.has(input));
    const before = node.inputs.filter((input) => !isConstant.has(input));
    const scope = [...own, ...before].map((input) => scopes.get(input)).find((known) => known !== undefined);
    const name = uniqueNode(scope === undefined ? node.op : `${scope}/${node.op}`);
    node.outputs.forEach((output, i) => {
      if (scope !== undefined) scopes.set(output, scope);
      if (!renamed.has(output)) renamed.set(output, unique(node.outputs.length > 1 ? `${name}.${i}` : name));
    });
    return { ...node, name, inputs: node.inputs.map((input) => renamed.get(input) ?? input), outputs: node.outputs.map((output) => renamed.get(output)!) };
  });
  return { nodes: namedNodes, initializers: named };
}

function createUnique(taken: Iterable<string>): (name: string) => string {
  const used = new Set(taken);
  return (name) => {
    let free = name;
    for (let i = 1; used.has(free); i++) free = `${name}_${i}`;
    used.add(free);
    return free;
  };
}

/** The named parameters that a constant was made of. */
function parametersOf(constant: string, names: ReadonlyMap<string, string>, folded: ReadonlyMap<string, Folded>): string[] {
  const sources = folded.get(constant)?.sources ?? [constant];
  return [...new Set(sources.flatMap((source) => names.get(source) ?? []))];
}

/** What the names begin with, up to a separator that all of them have: PyTorch separates by dots, TensorFlow by slashes. */
function commonScope(parameters: readonly string[]): string {
  const [first = '', ...others] = parameters;
  const ends = [...first.matchAll(/[./]/g)].map((match) => match.index).filter((end) => others.every((other) => other.startsWith(first.slice(0, end + 1))));
  return first.slice(0, ends.at(-1) ?? 0);
}

function scopeOf(constant: string, names: ReadonlyMap<string, string>, folded: ReadonlyMap<string, Folded>): string {
  return commonScope(parametersOf(constant, names, folded));
}

function parameterName(constant: string, names: ReadonlyMap<string, string>, folded: ReadonlyMap<string, Folded>): string | undefined {
  const parameters = parametersOf(constant, names, folded);
  if (parameters.length === 0) return undefined;
  const { op = null } = folded.get(constant) ?? {};
  return [parameters.length === 1 ? parameters[0]! : commonScope(parameters), op ?? ''].filter((part) => part !== '').join('.');
}

function constantName({ dtype, dims, data }: OnnxTensor): string {
  if (data.length === 0 || data.length > SPELLED_ELEMENTS) return `${dtype}_${['scalar', 'vector'][dims.length] ?? 'tensor'}`;
  return `${dtype}_${Array.from(data as Float32Array, dtype === 'float32' ? shortest : String).join('_')}`;
}

/** The fewest digits that are the same float32. */
function shortest(value: number): string {
  const digits = [1, 2, 3, 4, 5, 6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value) ?? 9;
  return String(Number(value.toPrecision(digits)));
}
