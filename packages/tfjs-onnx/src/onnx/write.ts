import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './model.ts';
import { createProtoWriter, type ProtoWriter } from './proto-writer.ts';
import { ARRAY_TYPES, ATTRIBUTE_CODES, TYPE_CODES } from './types.ts';

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

function writePlace(to: ProtoWriter, { location, offset, length }: ExternalPlace): void {
  to.int(14, EXTERNAL);
  backwards(Object.entries({ location, offset: String(offset), length: String(length) }), ([key, value]) => to.message(13, () => {
    to.text(2, value);
    to.text(1, key);
  }));
}

function writeTensor(to: ProtoWriter, { name, dtype, dims, data }: OnnxTensor, place?: ExternalPlace): void {
  const count = dims.reduce((product, size) => product * size, 1);
  if (data.length !== count) throw new RangeError(`writeOnnx: tensor ${name}: dims [${dims.join(', ')}] need ${count} elements, got ${data.length}`);
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
  } else {
    type('ints');
    backwards(value, (item) => to.int(8, integer(item)));
  }
}

function writeNode(to: ProtoWriter, { op, inputs, outputs, attrs = {}, domain, name }: OnnxNode): void {
  optionalText(to, 7, domain);
  backwards(Object.entries(attrs), ([key, value]) => to.message(5, () => {
    writeAttributeValue(to, value, `node ${name ?? ''} (${op}): attribute ${key}`);
    to.text(1, key);
  }));
  to.text(4, op);
  optionalText(to, 3, name);
  backwards(outputs, (output) => to.text(2, output));
  backwards(inputs, (input) => to.text(1, input));
}

function writeValueInfo(to: ProtoWriter, { name, dtype, dims }: OnnxValueInfo): void {
  to.message(2, () => to.message(1, () => {
    if (dims !== null) {
      to.message(2, () => backwards(dims, (size) => to.message(1, () => {
        if (typeof size === 'number') to.int(1, size);
        else optionalText(to, 2, size);
      })));
    }
    to.int(1, TYPE_CODES[dtype]);
  }));
  to.text(1, name);
}

function writeGraph(to: ProtoWriter, graph: OnnxGraph, external?: ExternalPlaces): void {
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
  backwards(Object.entries(model.opset), ([domain, version]) => to.message(8, () => {
    to.int(2, version);
    to.text(1, domain);
  }));
  optionalText(to, 6, model.doc);
  if (model.modelVersion !== undefined) to.int(5, model.modelVersion);
  optionalText(to, 4, model.domain);
  optionalText(to, 3, model.producerVersion);
  optionalText(to, 2, model.producerName);
  to.int(1, model.irVersion);
  return to.finish();
}
