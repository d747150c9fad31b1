import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './model.ts';
import { type ProtoReader, readProto } from './proto-reader.ts';
import { readValueInfo } from './read-info.ts';
import { type ExternalSources, readPair, readTensor, unknownOf } from './read-tensor.ts';
import { ATTRIBUTE_CODES } from './types.ts';

/** Old files do not say which type an attribute has: the field that is there tells. */
const TYPE_BY_FIELD: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 9, 11: 10 };

/** The value that the attribute's type asks for; absent numbers are 0, absent texts empty, as in protobuf. What has no form here is kept encoded. */
function readAttribute(from: ProtoReader, external: ExternalSources | null): readonly [string, OnnxAttribute] {
  let [name, reference] = ['', ''];
  let [type, field] = [0, 0];
  let [float, int] = [0, 0 as number | bigint];
  let string: string | null = '';
  let tensor: OnnxTensor | undefined;
  let graph: OnnxGraph | undefined;
  const [floats, ints, strings]: [number[], (number | bigint)[], (string | null)[]] = [[], [], []];
  const [tensors, graphs]: [OnnxTensor[], OnnxGraph[]] = [[], []];
  const seen = (number: number, take: () => void) => (): void => {
    field = number;
    take();
  };
  const message = from.message('attribute', {
    1: () => { name = from.text(); },
    2: seen(2, () => { float = from.float(); }),
    3: seen(3, () => { int = from.int(); }),
    4: seen(4, () => { string = from.textOrNull(); }),
    5: seen(5, () => { tensor = readTensor(from, 'tensor', external); }),
    6: seen(6, () => { graph = readGraph(from, external); }),
    7: seen(7, () => from.repeated('float32', (value) => { floats.push(value as number); })),
    8: seen(8, () => from.repeated('varint', (value) => { ints.push(value); })),
    9: seen(9, () => { strings.push(from.textOrNull()); }),
    10: seen(10, () => { tensors.push(readTensor(from, 'tensors', external)); }),
    11: seen(11, () => { graphs.push(readGraph(from, external)); }),
    20: () => { type = from.size(); },
    21: () => { reference = from.text(); },
  });
  if (reference !== '') return [name, { reference, type }];
  switch (type || TYPE_BY_FIELD[field]) {
    case ATTRIBUTE_CODES.float: return [name, { float }];
    case ATTRIBUTE_CODES.int: return [name, int];
    case ATTRIBUTE_CODES.string: return [name, string ?? encoded(message)];
    case ATTRIBUTE_CODES.floats: return [name, { floats }];
    case ATTRIBUTE_CODES.ints: return [name, ints];
    case ATTRIBUTE_CODES.strings: return [name, strings.every((item) => item !== null) ? { strings } : encoded(message)];
    case ATTRIBUTE_CODES.tensor: return [name, { tensor: tensor ?? from.fail(`attribute ${name} has no tensor`) }];
    case ATTRIBUTE_CODES.tensors: return [name, { tensors }];
    case ATTRIBUTE_CODES.graph: return [name, { graph: graph ?? from.fail(`attribute ${name} has no graph`) }];
    case ATTRIBUTE_CODES.graphs: return [name, { graphs }];
    default: return type >= 11 && type <= 14 ? [name, encoded(message)] : from.fail(`attribute ${name} has type ${type}, which is not known`);
  }
}

/** The whole attribute, its name included: a copy, which shares no memory with the file. */
function encoded(message: Uint8Array): OnnxAttribute {
  return { encoded: new Uint8Array(message) };
}

function readNode(from: ProtoReader, external: ExternalSources | null): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attrs = new Map<string, OnnxAttribute>();
  const unknown: Uint8Array[] = [];
  let [name, op, domain, doc] = ['', '', '', ''];
  from.message('node', {
    1: () => { inputs.push(from.text()); },
    2: () => { outputs.push(from.text()); },
    3: () => { name = from.text(); },
    4: () => { op = from.text(); },
    5: () => addAttribute(from, attrs, external),
    6: () => { doc = from.text(); },
    7: () => { domain = from.text(); },
  }, (field) => unknown.push(field));
  if (op === '') from.fail(`node ${name} has no operator`);
  return { op, inputs, outputs, ...(attrs.size > 0 && { attrs: Object.fromEntries(attrs) }), ...(domain && { domain }), ...(name && { name }), ...(doc && { doc }), ...unknownOf(unknown) };
}

function addAttribute(from: ProtoReader, attrs: Map<string, OnnxAttribute>, external: ExternalSources | null): void {
  const [key, value] = readAttribute(from, external);
  if (attrs.has(key)) from.fail(`attribute ${key} is there twice`);
  attrs.set(key, value);
}

function readGraph(from: ProtoReader, external: ExternalSources | null): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const [inputs, outputs, valueInfo]: [OnnxValueInfo[], OnnxValueInfo[], OnnxValueInfo[]] = [[], [], []];
  const unknown: Uint8Array[] = [];
  let [name, doc] = ['', ''];
  from.message('graph', {
    1: () => { nodes.push(readNode(from, external)); },
    2: () => { name = from.text(); },
    5: () => { initializers.push(readTensor(from, 'initializer', external)); },
    10: () => { doc = from.text(); },
    11: () => { inputs.push(readValueInfo(from, 'input')); },
    12: () => { outputs.push(readValueInfo(from, 'output')); },
    13: () => { valueInfo.push(readValueInfo(from, 'value_info')); },
  }, (field) => unknown.push(field));
  return { name, nodes, inputs, outputs, initializers, ...(valueInfo.length > 0 && { valueInfo }), ...(doc && { doc }), ...unknownOf(unknown) };
}

function readOpset(from: ProtoReader): readonly [string, number] {
  let [domain, version] = ['', 0];
  from.message('opset_import', { 1: () => { domain = from.text(); }, 2: () => { version = from.size(); } });
  return [domain, version];
}

function readFunction(from: ProtoReader, external: ExternalSources | null): OnnxFunction {
  const [inputs, outputs, attributes]: [string[], string[], string[]] = [[], [], []];
  const defaults = new Map<string, OnnxAttribute>();
  const [nodes, valueInfo, unknown]: [OnnxNode[], OnnxValueInfo[], Uint8Array[]] = [[], [], []];
  const opset: [string, number][] = [];
  let [name, domain, overload, doc] = ['', '', '', ''];
  from.message('function', {
    1: () => { name = from.text(); },
    4: () => { inputs.push(from.text()); },
    5: () => { outputs.push(from.text()); },
    6: () => { attributes.push(from.text()); },
    7: () => { nodes.push(readNode(from, external)); },
    8: () => { doc = from.text(); },
    9: () => { opset.push([...readOpset(from)]); },
    10: () => { domain = from.text(); },
    11: () => addAttribute(from, defaults, external),
    12: () => { valueInfo.push(readValueInfo(from, 'value_info')); },
    13: () => { overload = from.text(); },
  }, (field) => unknown.push(field));
  return {
    name, domain, inputs, outputs, opset: Object.fromEntries(opset), nodes,
    ...(overload && { overload }), ...(attributes.length > 0 && { attributes }), ...(defaults.size > 0 && { defaults: Object.fromEntries(defaults) }),
    ...(valueInfo.length > 0 && { valueInfo }), ...(doc && { doc }), ...unknownOf(unknown),
  };
}

/**
 * Reads an ONNX model. Nothing of the result shares memory with `bytes`. What is not known here is kept as it is, so that `writeOnnx` writes it back.
 * Not supported, and refused: elements in other files (`loadOnnx` reads those), tensors in segments.
 *
 * @throws {Error} naming the byte and the part of the model that is damaged, cut off or not supported
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  return readModel('readOnnx', bytes, null);
}

/** `external`: takes the tensors whose elements are in other files. Null: they are refused. */
export function readModel(caller: string, bytes: Uint8Array, external: ExternalSources | null): OnnxModel {
  let irVersion = 0;
  let modelVersion: number | undefined;
  let [producerName, producerVersion, domain, doc] = ['', '', '', ''];
  let graph: OnnxGraph | undefined;
  const opset: [string, number][] = [];
  const metadata: [string, string][] = [];
  const [functions, unknown]: [OnnxFunction[], Uint8Array[]] = [[], []];
  readProto(caller, bytes, (from) => ({
    1: () => { irVersion = from.size(); },
    2: () => { producerName = from.text(); },
    3: () => { producerVersion = from.text(); },
    4: () => { domain = from.text(); },
    5: () => { modelVersion = from.size(); },
    6: () => { doc = from.text(); },
    7: () => { graph = readGraph(from, external); },
    8: () => { opset.push([...readOpset(from)]); },
    14: () => { metadata.push([...readPair(from, 'metadata_props')]); },
    25: () => { functions.push(readFunction(from, external)); },
  }), (field) => unknown.push(field));
  if (!graph) throw new Error(`${caller}: byte ${bytes.length}: the file ends without a graph: it was cut off, or is no ONNX model`);
  if (opset.length === 0) throw new Error(`${caller}: byte ${bytes.length}: the file ends without opset_import: it was cut off, or is no ONNX model`);
  return {
    irVersion,
    opset: Object.fromEntries(opset),
    ...(producerName && { producerName }),
    ...(producerVersion && { producerVersion }),
    ...(domain && { domain }),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(doc && { doc }),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
    ...(functions.length > 0 && { functions }),
    graph,
    ...unknownOf(unknown),
  };
}
