import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo } from './model.ts';
import { type ProtoReader, readProto } from './proto-reader.ts';
import { createTensorReader } from './read-tensor.ts';
import { ATTRIBUTE_CODES, typeOfCode } from './types.ts';

/** Names of attribute types by code, for messages. */
const ATTRIBUTE_NAMES = new Map<number, string>([...Object.entries(ATTRIBUTE_CODES).map(([name, code]): [number, string] => [code, name]), [9, 'tensors'], [10, 'graphs'], [11, 'sparse tensor'], [13, 'type']]);

/** The element type of that code. */
function elementType(from: ProtoReader): OnnxType {
  const code = from.size();
  return typeOfCode(code) ?? from.fail(`element type ${code} is not supported`);
}

function readTensor(from: ProtoReader, what: string): OnnxTensor {
  const reader = createTensorReader(from, elementType);
  from.message(what, reader.fields);
  return reader.finish();
}

function readDims(from: ProtoReader): (number | string)[] {
  const dims: (number | string)[] = [];
  from.message('shape', {
    1: () => {
      let size: number | string = '';
      from.message('dim', { 1: () => { size = from.size(); }, 2: () => { size = from.text(); } });
      dims.push(size);
    },
  });
  return dims;
}

function readValueInfo(from: ProtoReader, what: string): OnnxValueInfo {
  let name = '';
  let dtype: OnnxType | undefined;
  let dims: OnnxValueInfo['dims'] = null;
  const other = (kind: string) => (): never => from.fail(`${name} is a ${kind}; only tensors are supported`);
  from.message(what, {
    1: () => { name = from.text(); },
    2: () => from.message('type', {
      1: () => from.message('tensor', { 1: () => { dtype = elementType(from); }, 2: () => { dims = readDims(from); } }),
      4: other('sequence'), 5: other('map'), 8: other('sparse tensor'), 9: other('optional'),
    }),
  });
  return { name, dtype: dtype ?? from.fail(`${what} ${name} has no type`), dims };
}

/** The value that the attribute's type asks for; absent numbers are 0, absent texts empty, as in protobuf. */
function readAttribute(from: ProtoReader): readonly [string, OnnxAttribute] {
  let name = '';
  let type = 0;
  let [float, int, string] = [0, 0 as number | bigint, ''];
  let tensor: OnnxTensor | undefined;
  let graph: OnnxGraph | undefined;
  const [floats, ints, strings]: [number[], (number | bigint)[], string[]] = [[], [], []];
  from.message('attribute', {
    1: () => { name = from.text(); },
    2: () => { float = from.float(); },
    3: () => { int = from.int(); },
    4: () => { string = from.text(); },
    5: () => { tensor = readTensor(from, 'tensor'); },
    6: () => { graph = readGraph(from); },
    7: () => from.repeated('float32', (value) => { floats.push(value as number); }),
    8: () => from.repeated('varint', (value) => { ints.push(value); }),
    9: () => { strings.push(from.text()); },
    20: () => { type = from.size(); },
    21: () => from.fail(`attribute ${name} refers to an attribute of a function; functions are not supported`),
  });
  switch (type) {
    case ATTRIBUTE_CODES.float: return [name, { float }];
    case ATTRIBUTE_CODES.int: return [name, int];
    case ATTRIBUTE_CODES.string: return [name, string];
    case ATTRIBUTE_CODES.floats: return [name, { floats }];
    case ATTRIBUTE_CODES.ints: return [name, ints];
    case ATTRIBUTE_CODES.strings: return [name, { strings }];
    case ATTRIBUTE_CODES.tensor: return [name, { tensor: tensor ?? from.fail(`attribute ${name} has no tensor`) }];
    case ATTRIBUTE_CODES.graph: return [name, { graph: graph ?? from.fail(`attribute ${name} has no graph`) }];
    default: return from.fail(`attribute ${name} has type ${ATTRIBUTE_NAMES.get(type) ?? type}, which is not supported`);
  }
}

function readNode(from: ProtoReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attrs: [string, OnnxAttribute][] = [];
  let [name, op, domain] = ['', '', ''];
  from.message('node', {
    1: () => { inputs.push(from.text()); },
    2: () => { outputs.push(from.text()); },
    3: () => { name = from.text(); },
    4: () => { op = from.text(); },
    5: () => { attrs.push([...readAttribute(from)]); },
    7: () => { domain = from.text(); },
  });
  if (op === '') from.fail(`node ${name} has no operator`);
  return { op, inputs, outputs, ...(attrs.length > 0 && { attrs: Object.fromEntries(attrs) }), ...(domain && { domain }), ...(name && { name }) };
}

function readGraph(from: ProtoReader): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const [inputs, outputs, valueInfo]: [OnnxValueInfo[], OnnxValueInfo[], OnnxValueInfo[]] = [[], [], []];
  let [name, doc] = ['', ''];
  from.message('graph', {
    1: () => { nodes.push(readNode(from)); },
    2: () => { name = from.text(); },
    5: () => { initializers.push(readTensor(from, 'initializer')); },
    10: () => { doc = from.text(); },
    11: () => { inputs.push(readValueInfo(from, 'input')); },
    12: () => { outputs.push(readValueInfo(from, 'output')); },
    13: () => { valueInfo.push(readValueInfo(from, 'value_info')); },
    15: () => from.fail('sparse initializers are not supported'),
  });
  return { name, nodes, inputs, outputs, initializers, ...(valueInfo.length > 0 && { valueInfo }), ...(doc && { doc }) };
}

function readPair(from: ProtoReader, what: string): readonly [string, string] {
  let [key, value] = ['', ''];
  from.message(what, { 1: () => { key = from.text(); }, 2: () => { value = from.text(); } });
  return [key, value];
}

function readOpset(from: ProtoReader): readonly [string, number] {
  let [domain, version] = ['', 0];
  from.message('opset_import', { 1: () => { domain = from.text(); }, 2: () => { version = from.size(); } });
  return [domain, version];
}

/**
 * Reads an ONNX model. Nothing of the result shares memory with `bytes`. Not supported, and refused: external data, functions, sparse
 * tensors, sequences and maps, 4-bit and 8-bit floats, complex numbers.
 *
 * @throws {Error} naming the byte and the part of the model that is damaged, cut off or not supported
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  let irVersion = 0;
  let modelVersion: number | undefined;
  let [producerName, producerVersion, domain, doc] = ['', '', '', ''];
  let graph: OnnxGraph | undefined;
  const opset: [string, number][] = [];
  const metadata: [string, string][] = [];
  readProto('readOnnx', bytes, (from) => ({
    1: () => { irVersion = from.size(); },
    2: () => { producerName = from.text(); },
    3: () => { producerVersion = from.text(); },
    4: () => { domain = from.text(); },
    5: () => { modelVersion = from.size(); },
    6: () => { doc = from.text(); },
    7: () => { graph = readGraph(from); },
    8: () => { opset.push([...readOpset(from)]); },
    14: () => { metadata.push([...readPair(from, 'metadata_props')]); },
    25: () => from.fail('functions are not supported'),
  }));
  if (!graph) throw new Error(`readOnnx: byte ${bytes.length}: the file ends without a graph: it was cut off, or is no ONNX model`);
  if (opset.length === 0) throw new Error(`readOnnx: byte ${bytes.length}: the file ends without opset_import: it was cut off, or is no ONNX model`);
  return {
    irVersion,
    opset: Object.fromEntries(opset),
    ...(producerName && { producerName }),
    ...(producerVersion && { producerVersion }),
    ...(domain && { domain }),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(doc && { doc }),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
    graph,
  };
}
