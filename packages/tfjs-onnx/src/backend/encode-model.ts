/** Writes a lowered graph as an ONNX model (protobuf), for the session to load. */
import type { BuilderAttribute, BuilderConstant, BuilderNode, OnnxElement } from '../lower/builder.ts';
import { MICROSOFT } from '../lower/builder.ts';
import type { LoweredGraph, LoweredTensor } from '../lower/lower-graph.ts';

const IR_VERSION = 8;
const OPSET = 17;
/** TensorProto.DataType */
const ELEMENT: Readonly<Record<OnnxElement, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };
/** AttributeProto.AttributeType */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

const encoder = new TextEncoder();

/** A message that is being written: chunks, and their length. */
interface Message {
  readonly chunks: Uint8Array[];
  length: number;
}

function message(...write: ((to: Message) => void)[]): Message {
  const made: Message = { chunks: [], length: 0 };
  for (const part of write) part(made);
  return made;
}

function push(to: Message, bytes: Uint8Array): void {
  to.chunks.push(bytes);
  to.length += bytes.length;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

const int = (field: number, value: number) => (to: Message): void => {
  push(to, varint(field * 8));
  push(to, varint(value));
};

const raw = (field: number, bytes: Uint8Array) => (to: Message): void => {
  push(to, varint(field * 8 + 2));
  push(to, varint(bytes.length));
  push(to, bytes);
};

const text = (field: number, value: string) => raw(field, encoder.encode(value));

const float = (field: number, value: number) => (to: Message): void => {
  push(to, varint(field * 8 + 5));
  push(to, new Uint8Array(Float32Array.of(value).buffer));
};

const nested = (field: number, inner: Message) => (to: Message): void => {
  push(to, varint(field * 8 + 2));
  push(to, varint(inner.length));
  for (const chunk of inner.chunks) push(to, chunk);
};

function attribute(name: string, value: BuilderAttribute): Message {
  if (typeof value === 'number') return message(text(1, name), int(3, value), int(20, ATTRIBUTE.int));
  if (typeof value === 'string') return message(text(1, name), text(4, value), int(20, ATTRIBUTE.string));
  if ('float' in value) return message(text(1, name), float(2, value.float), int(20, ATTRIBUTE.float));
  return message(text(1, name), ...value.map((item) => int(8, item)), int(20, ATTRIBUTE.ints));
}

function node({ op, domain, inputs, outputs, attrs }: BuilderNode): Message {
  return message(
    ...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name)), text(4, op),
    ...Object.entries(attrs).map(([name, value]) => nested(5, attribute(name, value))), ...(domain ? [text(7, domain)] : []),
  );
}

function constant({ name, dtype, dims, data }: BuilderConstant): Message {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(...dims.map((size) => int(1, size)), int(2, ELEMENT[dtype]), text(8, name), raw(9, bytes));
}

function border({ name, dtype, dims }: LoweredTensor): Message {
  const shape = message(...dims.map((size) => nested(1, message(int(1, size)))));
  return message(text(1, name), nested(2, message(nested(1, message(int(1, ELEMENT[dtype]), nested(2, shape))))));
}

/** The bytes of the model. */
export function encodeModel(graph: LoweredGraph): Uint8Array {
  const body = message(
    ...graph.nodes.map((item) => nested(1, node(item))), text(2, 'graph'), ...graph.constants.map((item) => nested(5, constant(item))),
    ...graph.inputs.map((item) => nested(11, border(item))), ...graph.outputs.map((item) => nested(12, border(item))),
  );
  const opset = (domain: string, version: number): Message => message(text(1, domain), int(2, version));
  const model = message(int(1, IR_VERSION), nested(7, body), nested(8, opset('', OPSET)), nested(8, opset(MICROSOFT, 1)));
  const bytes = new Uint8Array(model.length);
  let offset = 0;
  for (const chunk of model.chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
