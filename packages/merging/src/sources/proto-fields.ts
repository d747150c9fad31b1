import { readSync } from 'node:fs';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A field of a protobuf message in a file. */
export interface ProtoField {
  readonly number: number;
  /** Of a field of bytes, a text or a message: where its content is. */
  readonly begin: number;
  readonly end: number;
  /** Of a varint. */
  readonly value: bigint;
  readonly isBytes: boolean;
}

/** A file that is open for reading, and how errors call it. */
export interface ProtoFile {
  readonly fd: number;
  readonly path: string;
}

/** Longest tag and length, or tag and varint. */
const longestHead = 20;
const windowSize = 1 << 16;

/** Bytes of the file from `begin` to `end`. */
export function readRange({ fd, path }: ProtoFile, begin: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - begin);
  for (let done = 0; done < bytes.length;) {
    const count = readSync(fd, bytes, done, bytes.length - done, begin + done);
    if (count === 0) throw new Error(`${path}: byte ${begin + done}: the file ends here, but had more bytes when it was opened`);
    done += count;
  }
  return bytes;
}

/** The head of a field: its number, its kind, and the value of a varint or the length of what follows. */
function readHead(reader: BinaryReader): { readonly number: number; readonly type: WireType; readonly value: bigint; readonly length: number } {
  const [number, type] = reader.tag();
  if (type === WireType.Varint) return { number, type, value: BigInt(reader.int64()), length: 0 };
  if (type === WireType.LengthDelimited) return { number, type, value: 0n, length: reader.uint32() };
  if (type !== WireType.Bit32 && type !== WireType.Bit64) throw new Error(`no field has wire type ${type}`);
  return { number, type, value: 0n, length: type === WireType.Bit32 ? 4 : 8 };
}

/**
 * Visits the fields of a message that lies from `begin` to `end` of a file, without reading what they hold: of a field of bytes only its place is known.
 *
 * @throws {Error} naming the byte where the message is damaged
 */
export function eachField(file: ProtoFile, begin: number, end: number, what: string, visit: (field: ProtoField) => void): void {
  let window: Uint8Array = new Uint8Array(0);
  let start = begin;
  for (let at = begin; at < end;) {
    const windowEnd = start + window.length;
    if (at >= windowEnd || (at + longestHead > windowEnd && windowEnd < end)) {
      start = at;
      window = readRange(file, at, Math.min(end, at + windowSize));
    }
    const reader = new BinaryReader(window.subarray(at - start));
    let head: ReturnType<typeof readHead>;
    try {
      head = readHead(reader);
    } catch (cause) {
      throw new Error(`${file.path}: byte ${at}, ${what}: a field of protobuf expected: ${(cause as Error).message}`, { cause });
    }
    const from = at + reader.pos;
    if (head.length > end - from) throw new Error(`${file.path}: byte ${at}, ${what}: ${head.length} bytes expected, ${end - from} left (truncated?)`);
    visit({ number: head.number, value: head.value, isBytes: head.type === WireType.LengthDelimited, begin: from, end: from + head.length });
    at = from + head.length;
  }
}
