import { bytesOf, type DType } from '../dtype.ts';
import { dtypeOfCode, safetensorsCodes } from './codes.ts';
import { type HeaderScanner, quote, scanHeader } from './scanner.ts';
import { type StateDict, stateDict } from '../state-dict.ts';

/** One tensor of a safetensors file. `begin` and `end` are bytes of the file. */
export interface SafetensorsEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: StateDict<SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes before the JSON: its length as a little-endian 64-bit number. */
export const prefixLength = 8;

/** What the format allows, so that a hostile length is no allocation. */
export const maximalHeaderLength = 100_000_000;

/** Length of the JSON header, from the first 8 bytes of a file of `size` bytes. */
export function readHeaderLength(prefix: Uint8Array, size: number, name: string): number {
  if (size < prefixLength) throw new Error(`${name}: byte ${size}: the file ends inside the length of the header, which has ${prefixLength} bytes`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixLength).getBigUint64(0, true);
  if (length > BigInt(maximalHeaderLength)) throw new Error(`${name}: byte 0: the header must have at most ${maximalHeaderLength} bytes, got ${length} (not a safetensors file?)`);
  const end = prefixLength + Number(length);
  if (end > size) throw new Error(`${name}: byte ${size}: the file ends inside the header, which ends at byte ${end} (truncated?)`);
  return Number(length);
}

interface Listed {
  readonly name: string;
  readonly code: string;
  readonly shape: readonly number[];
  readonly offsets: readonly number[];
}

/** The three fields of a tensor, in any order. */
function readListed(scan: HeaderScanner, name: string, where: string): Listed {
  let code: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scan.object((field) => {
    if (field === 'dtype') code = scan.string();
    else if (field === 'shape') shape = scan.list(() => scan.integer());
    else if (field === 'data_offsets') offsets = scan.list(() => scan.integer());
    else throw new Error(`${where}: a tensor has dtype, shape and data_offsets, got ${quote(field)}`);
  });
  if (code === undefined || !shape || !offsets) {
    const missing = Object.entries({ dtype: code, shape, data_offsets: offsets }).filter(([, value]) => value === undefined).map(([field]) => field);
    throw new Error(`${where}: lacks ${missing.join(', ')}`);
  }
  return { name, code, shape, offsets };
}

/** A hostile list may be long. */
const brief = (list: readonly number[]): string => `[${list.slice(0, 16).join(', ')}${list.length > 16 ? ', …' : ''}]`;

function byteLength(shape: readonly number[], bytes: number, where: string): number {
  let size = 1;
  for (const axis of shape) {
    size *= axis;
    if (size * bytes > Number.MAX_SAFE_INTEGER) throw new Error(`${where}: shape ${brief(shape)} must have fewer than 2^53 bytes`);
  }
  return size * bytes;
}

function checkListed({ code, shape, offsets }: Listed, dataStart: number, where: string): SafetensorsEntry {
  const dtype = dtypeOfCode(code);
  if (!dtype) throw new Error(`${where}: dtype must be one of ${Object.values(safetensorsCodes).join(', ')}, got ${quote(code)}`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    throw new Error(`${where}: data_offsets must be [begin, end] with begin <= end, got ${brief(offsets)}`);
  }
  const length = byteLength(shape, bytesOf(dtype), where);
  if (end - begin !== length) throw new Error(`${where}: shape ${brief(shape)} of ${code} needs ${length} bytes, got data_offsets [${begin}, ${end}]`);
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

/** Every byte after the header belongs to one tensor. */
function checkCoverage(entries: readonly (readonly [string, SafetensorsEntry])[], dataStart: number, size: number, name: string): void {
  let reached = dataStart;
  let previous = 'the header';
  for (const [key, { begin, end }] of entries.toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (begin > reached) throw new Error(`${name}: byte ${reached}: ${begin - reached} bytes between ${previous} and tensor ${quote(key)} belong to no tensor`);
    if (begin < reached) throw new Error(`${name}: tensor ${quote(key)}: begins at byte ${begin}, inside ${previous}, which ends at byte ${reached}`);
    reached = end;
    previous = `tensor ${quote(key)}`;
  }
  if (reached > size) throw new Error(`${name}: byte ${size}: the file ends here, but ${previous} ends at byte ${reached} (truncated?)`);
  if (reached < size) throw new Error(`${name}: byte ${reached}: ${size - reached} bytes follow ${previous} and belong to no tensor`);
}

function decode(json: Uint8Array, name: string): string {
  if (json[0] !== 0x7b) throw new Error(`${name}: byte ${prefixLength}: the header must begin with '{', got ${json.length === 0 ? 'an empty header' : `0x${json[0]!.toString(16)}`}`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch (cause) {
    throw new Error(`${name}: byte ${prefixLength}: the header must be UTF-8`, { cause });
  }
}

/** Reads the JSON header of a file of `size` bytes and holds it against all rules of the format. `name` is what errors call the file. */
export function readHeader(json: Uint8Array, size: number, name: string): SafetensorsHeader {
  const scan = scanHeader(decode(json, name), name, prefixLength);
  const dataStart = prefixLength + json.length;
  const metadata: [string, string][] = [];
  const entries: [string, SafetensorsEntry][] = [];
  scan.object((key) => {
    if (key === '__metadata__') {
      scan.object((field) => metadata.push([field, scan.string()]));
      return;
    }
    const where = `${name}: tensor ${quote(key)}`;
    entries.push([key, checkListed(readListed(scan, key, where), dataStart, where)]);
  });
  scan.end();
  checkCoverage(entries, dataStart, size, name);
  return { entries: stateDict(entries), metadata: stateDict(metadata) };
}
