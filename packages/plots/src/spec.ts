/** A Vega-Lite or Vega specification: plain JSON, with its data inside. */
export type ChartSpec = object;

type Node = Readonly<Record<string, unknown>>;

/** Vega-Lite's marks, composite ones too. */
export const marks: readonly string[] = [
  'arc', 'area', 'bar', 'boxplot', 'circle', 'errorband', 'errorbar', 'geoshape', 'image', 'line', 'point', 'rect', 'rule', 'square', 'text', 'tick', 'trail',
];
/** Vega's marks. */
export const vegaMarks: readonly string[] = ['arc', 'area', 'group', 'image', 'line', 'path', 'rect', 'rule', 'shape', 'symbol', 'text', 'trail'];
/** Vega-Lite's types of a field. */
export const types: readonly string[] = ['quantitative', 'ordinal', 'temporal', 'nominal', 'geojson'];
const lists = ['layer', 'concat', 'hconcat', 'vconcat'];

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

function oneOf(caller: string, path: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value === 'string' && allowed.includes(value)) return;
  throw new TypeError(`${caller}: ${path} must be one of ${allowed.join(', ')}, got ${show(value)}`);
}

/** Whether a specification is in the language Vega rather than in Vega-Lite. */
export const isVega = (spec: ChartSpec): boolean => {
  const { $schema, marks: list } = spec as Node;
  return typeof $schema === 'string' ? /\/schema\/vega\//.test($schema) : Array.isArray(list);
};

function checkVega(caller: string, node: unknown, path: string): void {
  if (!isNode(node)) throw new TypeError(`${caller}: ${path.slice(0, -1)} must be an object, got ${show(node)}`);
  const children = Array.isArray(node['marks']) ? node['marks'] as readonly unknown[] : [];
  for (const [index, mark] of children.entries()) {
    if (isNode(mark)) oneOf(caller, `${path}marks[${index}].type`, mark['type'], vegaMarks);
    checkVega(caller, mark, `${path}marks[${index}].`);
  }
}

function checkVegaLite(caller: string, node: unknown, path: string): void {
  if (!isNode(node)) throw new TypeError(`${caller}: ${path.slice(0, -1) || 'spec'} must be an object, got ${show(node)}`);
  const compositions = lists.filter((key) => key in node);
  for (const key of compositions) {
    const children: unknown = node[key];
    if (!Array.isArray(children)) throw new TypeError(`${caller}: ${path}${key} must be an array, got ${show(children)}`);
    for (const [index, child] of children.entries()) checkVegaLite(caller, child, `${path}${key}[${index}].`);
  }
  if ('spec' in node) checkVegaLite(caller, node['spec'], `${path}spec.`);
  if ('mark' in node) oneOf(caller, isNode(node['mark']) ? `${path}mark.type` : `${path}mark`, isNode(node['mark']) ? node['mark']['type'] : node['mark'], marks);
  else if (compositions.length === 0 && !('spec' in node)) {
    throw new TypeError(`${caller}: ${path.slice(0, -1) || 'spec'} must have one of mark, spec, ${lists.join(', ')}, got ${show(Object.keys(node))}`);
  }
  for (const [channel, definition] of Object.entries(isNode(node['encoding']) ? node['encoding'] : {})) {
    if (isNode(definition) && definition['type'] !== undefined) oneOf(caller, `${path}encoding.${channel}.type`, definition['type'], types);
  }
}

/**
 * Finds the mistakes that the compiler of Vega-Lite answers with a failure deep inside, or with an empty picture.
 *
 * @throws {TypeError} that names the place in the specification
 */
export function checkSpec(caller: string, spec: ChartSpec): void {
  if (isNode(spec) && isVega(spec)) checkVega(caller, spec, '');
  else checkVegaLite(caller, spec, '');
}
