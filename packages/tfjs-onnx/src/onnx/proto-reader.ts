/** Reads protobuf. Errors name the byte and the message, as `readOnnx: byte 120, graph.node: …`. */
export interface ProtoReader {
  readonly at: number;
  /** Where the file and the message under way are damaged. */
  fail(problem: string): never;
  /** A whole number; a bigint beyond 2⁵³. */
  int(): number | bigint;
  /** A whole number within 2⁵³. */
  size(): number;
  float(): number;
  text(): string;
  /** A text, or null where it is not UTF-8. */
  textOrNull(): string | null;
  /** A byte field: a view of the file. */
  bytes(): Uint8Array;
  /** Reads the fields of a nested message. A field without a handler is skipped, as protobuf wants, or given to `unknown` with its tag. Gives a view of the message. */
  message(what: string, fields: FieldHandlers, unknown?: TakeUnknown): Uint8Array;
  /** One or, where the file packs them, several varints, 32-bit or 64-bit values of a repeated field. */
  repeated(kind: 'varint' | 'float32' | 'float64', take: (value: bigint | number) => void): void;
}

export type TakeUnknown = (field: Uint8Array) => void;

export type FieldHandlers = Readonly<Record<number, (() => void) | undefined>>;

const WIRE_NAMES = ['varint', '64-bit', 'bytes', 'group', 'end of group', '32-bit'];
/** Graphs within attributes of graphs: a file that nests deeper is hostile. */
const MAX_DEPTH = 200;

export function readProto(caller: string, bytes: Uint8Array, read: (from: ProtoReader) => FieldHandlers, unknown?: TakeUnknown): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const path: string[] = [];
  let at = 0;
  let end = bytes.length;
  let wire = 0;

  function fail(problem: string, byte = at): never {
    throw new Error(`${caller}: byte ${byte}${path.length > 0 ? `, ${path.join('.')}` : ''}: ${problem}`);
  }

  function need(count: number): number {
    if (count > end - at) fail(`${count} bytes expected, ${end - at} left`);
    at += count;
    return at - count;
  }

  function varint(): bigint {
    const first = at;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[need(1)]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
    return fail('a varint of more than 10 bytes', first);
  }

  /** Most varints are short. */
  function number(): number | bigint {
    if (at < end && bytes[at]! < 128) return bytes[at++]!;
    const value = varint();
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  function size(): number {
    const first = at;
    const value = number();
    return typeof value === 'number' ? value : fail(`a number within 2^53 expected, got ${value}`, first);
  }

  function expectWire(expected: number): void {
    if (wire !== expected) fail(`a ${WIRE_NAMES[expected]} field expected, got ${WIRE_NAMES[wire]}`);
  }

  function content(): Uint8Array {
    expectWire(2);
    const length = size();
    if (length < 0) fail(`length ${length}`);
    const first = need(length);
    return bytes.subarray(first, first + length);
  }

  const more = (): boolean => at < end;

  /** Reads the content of the byte field that was just passed. */
  function within(part: Uint8Array, read: () => void): void {
    const outer = end;
    end = at;
    at -= part.length;
    read();
    end = outer;
  }

  function fields(handlers: FieldHandlers, unknown?: TakeUnknown): void {
    while (more()) {
      const first = at;
      const tag = size();
      wire = tag % 8;
      const handler = handlers[Math.floor(tag / 8)];
      if (tag < 8 || wire > 5 || wire === 3 || wire === 4) fail(`no field can begin with ${tag}`);
      if (handler) {
        handler();
      } else {
        skip();
        unknown?.(bytes.subarray(first, at));
      }
    }
  }

  function skip(): void {
    if (wire === 0) varint();
    else if (wire === 2) content();
    else need(wire === 1 ? 8 : 4);
  }

  function message(what: string, handlers: FieldHandlers, unknown?: TakeUnknown): Uint8Array {
    path.push(what);
    if (path.length > MAX_DEPTH) fail('nested too deeply');
    const part = content();
    within(part, () => fields(handlers, unknown));
    path.pop();
    return part;
  }

  function repeated(kind: 'varint' | 'float32' | 'float64', take: (value: bigint | number) => void): void {
    const one = (): bigint | number => {
      if (kind === 'varint') return number();
      return kind === 'float32' ? view.getFloat32(need(4), true) : view.getFloat64(need(8), true);
    };
    if (wire !== 2) {
      expectWire(kind === 'varint' ? 0 : kind === 'float32' ? 5 : 1);
      take(one());
      return;
    }
    within(content(), () => { while (more()) take(one()); });
  }

  function textOrNull(): string | null {
    const part = content();
    try {
      return decoder.decode(part);
    } catch {
      return null;
    }
  }

  function text(): string {
    const first = at;
    return textOrNull() ?? fail('text that is not UTF-8', first);
  }

  const checked = <T>(expected: number, take: () => T) => (): T => {
    expectWire(expected);
    return take();
  };
  fields(read({
    get at() { return at; },
    fail: (problem) => fail(problem),
    int: checked(0, number),
    size: checked(0, size),
    float: checked(5, () => view.getFloat32(need(4), true)),
    text,
    textOrNull,
    bytes: content,
    message,
    repeated,
  }), unknown);
}
