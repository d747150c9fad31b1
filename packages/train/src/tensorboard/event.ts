// The few fields of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto that TensorBoard's scalars and images need.

/** What an event says; times are seconds since 1970. */
export interface Event {
  readonly wallTime: number;
  readonly step: number;
  readonly content:
    | { readonly kind: 'version' }
    /** The run (re)starts here: TensorBoard drops what an earlier file says of later steps. */
    | { readonly kind: 'start' }
    | { readonly kind: 'scalars'; readonly values: Readonly<Record<string, number>> }
    | { readonly kind: 'image'; readonly tag: string; readonly png: Uint8Array; readonly width: number; readonly height: number };
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

type Bytes = readonly number[] | Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function concat(...parts: readonly Bytes[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const whole = (field: number, value: number): Uint8Array => concat(varint(field * 8 + VARINT), varint(value));
const bytes = (field: number, value: Bytes): Uint8Array => concat(varint(field * 8 + BYTES), varint(value.length), value);
const text = (field: number, value: string): Uint8Array => bytes(field, new TextEncoder().encode(value));
const float = (field: number, value: number): Uint8Array => concat([field * 8 + FIXED32], new Uint8Array(Float32Array.of(value).buffer));
const double = (field: number, value: number): Uint8Array => concat([field * 8 + FIXED64], new Uint8Array(Float64Array.of(value).buffer));

/** Summary.Value of a scalar: tag = 1, simple_value = 2. */
const scalar = (tag: string, value: number): Uint8Array => bytes(1, concat(text(1, tag), float(2, value)));

const RGBA = 4;

function content(event: Event['content']): Uint8Array {
  if (event.kind === 'version') return text(3, 'brain.Event:2');
  if (event.kind === 'start') return bytes(7, whole(1, 1));
  if (event.kind === 'scalars') return bytes(5, concat(...Object.entries(event.values).map(([tag, value]) => scalar(tag, value))));
  const image = concat(whole(1, event.height), whole(2, event.width), whole(3, RGBA), bytes(4, event.png));
  return bytes(5, bytes(1, concat(text(1, event.tag), bytes(4, image))));
}

/** The event as a protobuf message. */
export function encodeEvent({ wallTime, step, content: what }: Event): Uint8Array {
  return concat(double(1, wallTime), whole(2, step), content(what));
}
