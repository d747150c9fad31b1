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
    if (parameter?.includes('.')) scopes.set(tensor.name, parameter.slice(0, parameter.lastIndexOf('.')));
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

function parameterName(constant: string, names: ReadonlyMap<string, string>, folded: ReadonlyMap<string, Folded>): string | undefined {
  const history = folded.get(constant);
  if (!history) return names.get(constant);
  const sources = [...new Set(history.sources.flatMap((source) => names.get(source) ?? []))];
  if (sources.length <= 1) return sources[0] && [sources[0], history.op ?? []].flat().join('.');
  const parts = sources.map((name) => name.split('.'));
  const [first] = parts as [string[]];
  const common = first.filter((part, i) => parts.every((other) => other.slice(0, i + 1).join('.') === first.slice(0, i + 1).join('.') && i < other.length - 1 && part === other[i]));
  return [...common, history.op].join('.');
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
