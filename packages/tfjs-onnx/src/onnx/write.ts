import type { OnnxAttribute, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxUnknown, OnnxValueInfo } from './model.ts';
import { createProtoWriter, type ProtoWriter } from './proto-writer.ts';
import { ARRAY_TYPES, ATTRIBUTE_CODES, storedLength, TYPE_CODES } from './types.ts';

/** Where a tensor's elements lie in another file. */
export interface ExternalPlace {
  /** Path of the file, from the folder of the model. */
  readonly location: string;
  /** In bytes. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** Initializers whose elements are in another file. */
export type ExternalPlaces = ReadonlyMap<OnnxTensor, ExternalPlace>;

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

/** Fields are written last to first. */
function backwards<T>(items: readonly T[], write: (item: T) => void): void {
  for (let i = items.length - 1; i >= 0; i--) write(items[i]!);
}

function optionalText(to: ProtoWriter, field: number, value: string | undefined): void {
  if (value) to.text(field, value);
}

function writeUnknown(to: ProtoWriter, { unknown }: OnnxUnknown): void {
  if (unknown) to.encoded(unknown);
}

function writePlace(to: ProtoWriter, { location, offset, length }: ExternalPlace): void {
  to.int(14, EXTERNAL);
  backwards(Object.entries({ location, offset: String(offset), length: String(length) }), ([key, value]) => to.message(13, () => {
    to.text(2, value);
    to.text(1, key);
  }));
}

function writeTensor(to: ProtoWriter, tensor: OnnxTensor, place?: ExternalPlace): void {
  const { name, dtype, dims, data } = tensor;
  const count = storedLength(dtype, dims.reduce((product, size) => product * size, 1));
  if (data.length !== count) throw new RangeError(`writeOnnx: tensor ${name}: dims [${dims.join(', ')}] need ${count} elements, got ${data.length}`);
  writeUnknown(to, tensor);
  if (dtype === 'string') {
    to.text(8, name);
    backwards(data as readonly string[], (item) => to.text(6, item));
  } else {
    const elements = data as Exclude<OnnxTensor['data'], readonly string[]>;
    if (!(elements instanceof ARRAY_TYPES[dtype])) throw new TypeError(`writeOnnx: tensor ${name}: ${dtype} is held in ${ARRAY_TYPES[dtype].name}, got ${data.constructor.name}`);
    if (place) writePlace(to, place);
    else to.bytes(9, new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
    to.text(8, name);
  }
  to.int(2, TYPE_CODES[dtype]);
  backwards(dims, (size) => to.int(1, size));
}

/** Field number and value of an attribute, and the code of its type. */
function writeAttributeValue(to: ProtoWriter, value: OnnxAttribute, where: string): void {
  const integer = (item: number | bigint): number | bigint => {
    if (typeof item === 'number' && !Number.isSafeInteger(item)) throw new RangeError(`writeOnnx: ${where}: a bare number must be a whole number, got ${item}; write { float: ${item} } for a float`);
    return item;
  };
  const type = (kind: keyof typeof ATTRIBUTE_CODES): void => to.int(20, ATTRIBUTE_CODES[kind]);
  if (typeof value === 'number' || typeof value === 'bigint') {
    type('int');
    to.int(3, integer(value));
  } else if (typeof value === 'string') {
    type('string');
    to.text(4, value);
  } else if ('float' in value) {
    type('float');
    to.float(2, value.float);
  } else if ('floats' in value) {
    type('floats');
    backwards(value.floats, (item) => to.float(7, item));
  } else if ('strings' in value) {
    type('strings');
    backwards(value.strings, (item) => to.text(9, item));
  } else if ('tensor' in value) {
    type('tensor');
    to.message(5, () => writeTensor(to, value.tensor));
  } else if ('graph' in value) {
    type('graph');
    to.message(6, () => writeGraph(to, value.graph));
  } else if ('tensors' in value) {
    type('tensors');
    backwards(value.tensors, (item) => to.message(10, () => writeTensor(to, item)));
  } else if ('graphs' in value) {
    type('graphs');
    backwards(value.graphs, (item) => to.message(11, () => writeGraph(to, item)));
  } else if ('reference' in value) {
    to.text(21, value.reference);
    to.int(20, value.type);
  } else if ('encoded' in value) {
    throw new TypeError(`writeOnnx: ${where}: an encoded attribute is written as it is`);
  } else {
    type('ints');
    backwards(value, (item) => to.int(8, integer(item)));
  }
}

function writeAttributes(to: ProtoWriter, field: number, attrs: NonNullable<OnnxNode['attrs']>, where: string): void {
  backwards(Object.entries(attrs), ([key, value]) => to.message(field, () => {
    if (typeof value === 'object' && 'encoded' in value) {
      to.encoded(value.encoded);
      return;
    }
    writeAttributeValue(to, value, `${where}: attribute ${key}`);
    to.text(1, key);
  }));
}

function writeNode(to: ProtoWriter, node: OnnxNode): void {
  const { op, inputs, outputs, attrs = {}, domain, name } = node;
  writeUnknown(to, node);
  optionalText(to, 7, domain);
  optionalText(to, 6, node.doc);
  writeAttributes(to, 5, attrs, `node ${name ?? ''} (${op})`);
  to.text(4, op);
  optionalText(to, 3, name);
  backwards(outputs, (output) => to.text(2, output));
  backwards(inputs, (input) => to.text(1, input));
}

function writeValueInfo(to: ProtoWriter, info: OnnxValueInfo): void {
  const { name, dtype, dims, encodedType } = info;
  writeUnknown(to, info);
  if (dtype === 'other') {
    if (encodedType) to.bytes(2, encodedType);
  } else {
    to.message(2, () => to.message(1, () => {
      if (dims !== null) writeDims(to, dims);
      to.int(1, TYPE_CODES[dtype]);
    }));
  }
  to.text(1, name);
}

function writeDims(to: ProtoWriter, dims: readonly (number | string)[]): void {
  to.message(2, () => backwards(dims, (size) => to.message(1, () => {
    if (typeof size === 'number') to.int(1, size);
    else optionalText(to, 2, size);
  })));
}

function writeOpset(to: ProtoWriter, field: number, opset: OnnxModel['opset']): void {
  backwards(Object.entries(opset), ([domain, version]) => to.message(field, () => {
    to.int(2, version);
    to.text(1, domain);
  }));
}

function writeFunction(to: ProtoWriter, fn: OnnxFunction): void {
  writeUnknown(to, fn);
  optionalText(to, 13, fn.overload);
  backwards(fn.valueInfo ?? [], (info) => to.message(12, () => writeValueInfo(to, info)));
  writeAttributes(to, 11, fn.defaults ?? {}, `function ${fn.name}`);
  to.text(10, fn.domain);
  writeOpset(to, 9, fn.opset);
  optionalText(to, 8, fn.doc);
  backwards(fn.nodes, (node) => to.message(7, () => writeNode(to, node)));
  backwards(fn.attributes ?? [], (name) => to.text(6, name));
  backwards(fn.outputs, (name) => to.text(5, name));
  backwards(fn.inputs, (name) => to.text(4, name));
  to.text(1, fn.name);
}

function writeGraph(to: ProtoWriter, graph: OnnxGraph, external?: ExternalPlaces): void {
  writeUnknown(to, graph);
  backwards(graph.valueInfo ?? [], (info) => to.message(13, () => writeValueInfo(to, info)));
  backwards(graph.outputs, (info) => to.message(12, () => writeValueInfo(to, info)));
  backwards(graph.inputs, (info) => to.message(11, () => writeValueInfo(to, info)));
  optionalText(to, 10, graph.doc);
  backwards(graph.initializers, (tensor) => to.message(5, () => writeTensor(to, tensor, external?.get(tensor))));
  to.text(2, graph.name);
  backwards(graph.nodes, (node) => to.message(1, () => writeNode(to, node)));
}

/**
 * The bytes of a model. Every tensor is copied once. The graph comes last in the file, so that a file that was cut off is always found out.
 *
 * @param external initializers whose elements are not written, since they are in another file. Default: none.
 * @throws {RangeError | TypeError} naming the tensor or attribute that is not what its type says; or where the model takes 2 GiB or more
 */
export function writeOnnx(model: OnnxModel, external?: ExternalPlaces): Uint8Array {
  const to = createProtoWriter();
  to.message(7, () => writeGraph(to, model.graph, external));
  backwards(Object.entries(model.metadata ?? {}), ([key, value]) => to.message(14, () => {
    to.text(2, value);
    to.text(1, key);
  }));
  backwards(model.functions ?? [], (fn) => to.message(25, () => writeFunction(to, fn)));
  writeUnknown(to, model);
  writeOpset(to, 8, model.opset);
  optionalText(to, 6, model.doc);
  if (model.modelVersion !== undefined) to.int(5, model.modelVersion);
  optionalText(to, 4, model.domain);
  optionalText(to, 3, model.producerVersion);
  optionalText(to, 2, model.producerName);
  to.int(1, model.irVersion);
  return to.finish();
}
