import { closeSync, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { type DType, stateDict } from '@mixwell/tensor';
import { fileBeside } from './beside.ts';
import { elementBytes } from './element-bytes.ts';
import { eachField, type ProtoField, type ProtoFile, readRange } from './proto-fields.ts';
import { quote, type StoredTensor, type TensorPlaces } from './tensor-place.ts';

// Numbers of fields and of element types are those of onnx.proto.
const graphField = 7;
const initializerField = 5;
const sparseInitializerField = 15;
const tensorField = { dims: 1, dataType: 2, segment: 3, floatData: 4, int32Data: 5, int64Data: 7, name: 8, rawData: 9, doubleData: 10, externalData: 13, dataLocation: 14 } as const;

const dtypeOfCode: Readonly<Record<number, DType>> = { 1: 'float32', 2: 'uint8', 3: 'int8', 5: 'int16', 6: 'int32', 7: 'int64', 9: 'bool', 10: 'float16', 11: 'float64', 16: 'bfloat16' };

/** In which field elements lie as they are, and in which as varints. */
const plainField: Partial<Record<DType, number>> = { float32: tensorField.floatData, float64: tensorField.doubleData };
const varintField = (dtype: DType): number | undefined => (dtype in plainField ? undefined : dtype === 'int64' ? tensorField.int64Data : tensorField.int32Data);

const largestRank = 64;
/** Names, and places of elements in other files, of more bytes are hostile. */
const largestText = 65_536;

/** A tensor as its message has it. */
interface Listed {
  name: string;
  code: number;
  readonly dims: number[];
  readonly data: Map<number, ProtoField>;
  readonly external: Record<string, string>;
  isExternal: boolean;
}

/** A text of the file. */
function readText(file: ProtoFile, { begin, end, isBytes }: ProtoField, what: string): string {
  if (!isBytes || end - begin > largestText) throw new Error(`${file.path}: byte ${begin}: ${what} must be a text of at most ${largestText} bytes, got ${end - begin}`);
  return new TextDecoder().decode(readRange(file, begin, end));
}

function readDims(file: ProtoFile, { begin, end, value, isBytes }: ProtoField, dims: number[]): void {
  const fail = (got: string): never => {
    throw new Error(`${file.path}: byte ${begin}: an initializer must have at most ${largestRank} axes, of whole numbers >= 0, got ${got}`);
  };
  if (isBytes && end - begin > 10 * largestRank) fail(`${end - begin} bytes of them`);
  const reader = new BinaryReader(isBytes ? readRange(file, begin, end) : new Uint8Array(0));
  const sizes = isBytes ? [] : [value];
  while (reader.pos < reader.len) sizes.push(BigInt(reader.int64()));
  for (const size of sizes) {
    if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) fail(String(size));
    dims.push(Number(size));
  }
  if (dims.length > largestRank) fail(String(dims.length));
}

function readPair(file: ProtoFile, { begin, end }: ProtoField, into: Record<string, string>): void {
  let [key, value] = ['', ''];
  eachField(file, begin, end, 'external_data', (field) => {
    if (field.number === 1) key = readText(file, field, 'a key');
    if (field.number === 2) value = readText(file, field, 'a value');
  });
  if (['location', 'offset', 'length'].includes(key)) into[key] = value;
}

function readListed(file: ProtoFile, message: ProtoField): Listed {
  const listed: Listed = { name: '', code: 0, dims: [], data: new Map(), external: {}, isExternal: false };
  eachField(file, message.begin, message.end, 'initializer', (field) => {
    const { number } = field;
    if (number === tensorField.dims) readDims(file, field, listed.dims);
    else if (number === tensorField.dataType) listed.code = Number(field.value);
    else if (number === tensorField.name) listed.name = readText(file, field, 'a name');
    else if (number === tensorField.externalData) readPair(file, field, listed.external);
    else if (number === tensorField.dataLocation) listed.isExternal = field.value === 1n;
    else if (number === tensorField.segment || (listed.data.has(number) && number !== 12)) throw new Error(`${file.path}: byte ${message.begin}: an initializer must be in one piece, got several`);
    else listed.data.set(number, field);
  });
  return listed;
}

const wholeNumber = (text: string, what: string, where: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${where}: ${what} must be a whole number, got ${quote(text)}`);
  return Number(text);
};

/** The place of elements in another file. */
async function externalPlace(path: string, { external }: Listed, needed: number, where: string): Promise<Pick<StoredTensor, 'file' | 'begin' | 'end'>> {
  const { path: file, size } = await fileBeside(dirname(path), external['location'] ?? '', where);
  const begin = wholeNumber(external['offset'] ?? '0', 'offset', where);
  const length = wholeNumber(external['length'] ?? String(needed), 'length', where);
  if (length !== needed) throw new Error(`${where}: needs ${needed} bytes, got ${length} of ${quote(external['location']!)}`);
  if (begin + needed > size) throw new Error(`${where}: bytes ${begin} to ${begin + needed} of ${quote(external['location']!)} are needed, which has ${size}`);
  return { file, begin, end: begin + needed };
}

async function placeOf(path: string, listed: Listed): Promise<StoredTensor> {
  const where = `${path}: initializer ${quote(listed.name)}`;
  const dtype = dtypeOfCode[listed.code];
  if (!dtype) throw new Error(`${where}: element type must be one of ${Object.values(dtypeOfCode).join(', ')}, got number ${listed.code} of ONNX`);
  const common = { dtype, shape: listed.dims };
  const needed = elementBytes(dtype, listed.dims, where);
  if (listed.isExternal) return { ...common, ...await externalPlace(path, listed, needed, where) };
  const plain = listed.data.get(tensorField.rawData) ?? listed.data.get(plainField[dtype] ?? 0);
  const packed = plain ? undefined : listed.data.get(varintField(dtype) ?? 0);
  const { begin, end, isBytes } = plain ?? packed ?? { begin: 0, end: 0, isBytes: true };
  if (!isBytes) throw new Error(`${where}: elements must be raw or packed, got one by one`);
  const size = listed.dims.reduce((product, axis) => product * axis, 1);
  if (packed ? end - begin < size || end - begin > 10 * size : end - begin !== needed) throw new Error(`${where}: shape [${listed.dims.join(', ')}] of ${dtype} needs ${packed ? `${size} elements` : `${needed} bytes`}, got ${end - begin} bytes`);
  return { ...common, file: path, begin, end, ...(packed && { varints: true as const }) };
}

function listInitializers(file: ProtoFile, size: number): Listed[] {
  const found: Listed[] = [];
  let graphs = 0;
  eachField(file, 0, size, 'model', (part) => {
    if (part.number !== graphField || !part.isBytes) return;
    graphs++;
    eachField(file, part.begin, part.end, 'graph', (field) => {
      if (field.number === sparseInitializerField) throw new Error(`${file.path}: byte ${field.begin}: sparse initializers are not supported`);
      if (field.number === initializerField && field.isBytes) found.push(readListed(file, field));
    });
  });
  if (graphs !== 1) throw new Error(`${file.path}: must have one graph, got ${graphs}: it was cut off, or is no ONNX model`);
  return found;
}

/**
 * Where the initializers of an ONNX model lie, of its main graph, in the file itself or in others beside it. Their elements are not read.
 *
 * @throws {Error} naming the byte or initializer and what was expected there
 */
export async function onnxInitializers(path: string): Promise<TensorPlaces> {
  const fd = openSync(path, 'r');
  try {
    const listed = listInitializers({ fd, path }, fstatSync(fd).size);
    const names = new Set<string>();
    for (const { name } of listed) {
      if (name === '' || names.has(name)) throw new Error(`${path}: an initializer must have a name of its own, got ${quote(name)}`);
      names.add(name);
    }
    const entries: [string, StoredTensor][] = [];
    for (const tensor of listed) entries.push([tensor.name, await placeOf(path, tensor)]);
    return stateDict(entries);
  } finally {
    closeSync(fd);
  }
}
