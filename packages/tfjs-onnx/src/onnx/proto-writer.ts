/**
 * Writes protobuf from its end to its start: when the length of a message is due, its content has been written. Nothing is
 * measured in advance and nothing is moved; large byte fields are held by reference until `finish` puts all together.
 */
export interface ProtoWriter {
  /** A varint field. Negative numbers take ten bytes, as the format wants. */
  int(field: number, value: number | bigint): void;
  /** A 32-bit float field. */
  float(field: number, value: number): void;
  bytes(field: number, bytes: Uint8Array): void;
  text(field: number, value: string): void;
  /** Fields that are encoded already. */
  encoded(fields: Uint8Array): void;
  /** A message field; `write` writes the fields of the message, last field first. */
  message(field: number, write: () => void): void;
  /** @throws {RangeError} from 2 GiB on, which no reader of protobuf takes */
  finish(): Uint8Array;
}

const BLOCK = 1 << 16;
/** Bytes from this length on are not copied into a block. */
const LARGE = 1 << 10;
/** Names are short and ASCII: up to this length they are written without the encoder. */
const SHORT = 200;

const LIMIT = 2 ** 31;

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

export function createProtoWriter(): ProtoWriter {
  const encoder = new TextEncoder();
  const finished: Uint8Array[] = [];
  let block = new Uint8Array(BLOCK);
  let at = BLOCK;
  let start = BLOCK; // block[at … start) is not among the finished pieces yet
  let total = 0;

  /** Makes room for `size` bytes before those that are written. */
  function room(size: number): void {
    total += size;
    if (at < size) {
      finished.push(block.subarray(at, start));
      block = new Uint8Array(BLOCK);
      at = start = BLOCK;
    }
    at -= size;
  }

  function varint(value: number | bigint): void {
    if (typeof value === 'bigint' || value < 0 || value >= 2 ** 53) return longVarint(BigInt.asUintN(64, BigInt(value)));
    let size = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
    room(size);
    let rest = value;
    for (let i = 0; i < size; i++, rest = Math.floor(rest / 128)) block[at + i] = (rest % 128) | (i < size - 1 ? 128 : 0);
  }

  function longVarint(value: bigint): void {
    const digits: number[] = [];
    for (let rest = value; digits.length === 0 || rest > 0n; rest >>= 7n) digits.push(Number(rest & 127n));
    room(digits.length);
    digits.forEach((digit, i) => { block[at + i] = digit | (i < digits.length - 1 ? 128 : 0); });
  }

  const tag = (field: number, wire: number): void => varint(field * 8 + wire);

  function raw(bytes: Uint8Array): void {
    if (bytes.length < LARGE) {
      room(bytes.length);
      block.set(bytes, at);
      return;
    }
    finished.push(block.subarray(at, start), bytes);
    start = at;
    total += bytes.length;
  }

  function bytesField(field: number, bytes: Uint8Array): void {
    raw(bytes);
    varint(bytes.length);
    tag(field, BYTES);
  }

  function textField(field: number, value: string): void {
    const { length } = value;
    if (length > SHORT) return bytesField(field, encoder.encode(value));
    room(length);
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        at += length;
        total -= length;
        return bytesField(field, encoder.encode(value));
      }
      block[at + i] = code;
    }
    varint(length);
    tag(field, BYTES);
  }

  return {
    int(field, value) {
      varint(value);
      tag(field, VARINT);
    },
    float(field, value) {
      room(4);
      new DataView(block.buffer).setFloat32(at, value, true);
      tag(field, FIXED32);
    },
    bytes: bytesField,
    encoded: raw,
    text: textField,
    message(field, write) {
      const before = total;
      write();
      varint(total - before);
      tag(field, BYTES);
    },
    finish() {
      if (total >= LIMIT) throw new RangeError(`writeOnnx: the model must take less than 2 GiB, got ${total} bytes`);
      finished.push(block.subarray(at, start));
      const result = new Uint8Array(total);
      let offset = total;
      for (const piece of finished) result.set(piece, offset -= piece.length);
      return result;
    },
  };
}
