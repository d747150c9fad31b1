import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainState } from '../train-state.ts';
import { crc32c } from './crc32c.ts';
import { encodeEvent, type Event } from './event.ts';
import { createEventFile } from './event-file.ts';
import { frameRecord } from './record.ts';
import { tensorBoard } from './tensor-board.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'mixwell-events-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Fields of a protobuf message: numbers for varints and floats, bytes for the rest. */
function fieldsOf(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) return value;
    }
  };
  const read = (wire: number): number | Uint8Array => {
    if (wire === 0) return varint();
    if (wire === 1) return view.getFloat64((at += 8) - 8, true);
    if (wire === 5) return view.getFloat32((at += 4) - 4, true);
    const length = varint();
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const tag = varint();
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), read(tag & 7)]);
  }
  return fields;
}

const text = (value: unknown): string => new TextDecoder().decode(value as Uint8Array);
const unmask = (masked: number): number => {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
};

/** The records of a file; checks every CRC. */
function recordsOf(path: string): Uint8Array[] {
  const bytes = new Uint8Array(readFileSync(path));
  const view = new DataView(bytes.buffer);
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(unmask(view.getUint32(at + 8, true))).toBe(crc32c(bytes.subarray(at, at + 8)));
    expect(unmask(view.getUint32(at + 12 + length, true))).toBe(crc32c(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

interface ReadEvent { step: number; version?: string; started: boolean; values: Record<string, number>; images: Record<string, Map<number, (number | Uint8Array)[]>> }

function eventsOf(path: string): ReadEvent[] {
  return recordsOf(path).map((record) => {
    const fields = fieldsOf(record);
    const event: ReadEvent = { step: Number(fields.get(2)![0]), started: fields.has(7), values: {}, images: {} };
    expect(Math.abs(Number(fields.get(1)![0]) - Date.now() / 1000)).toBeLessThan(60);
    if (fields.has(3)) event.version = text(fields.get(3)![0]);
    for (const value of fieldsOf((fields.get(5)?.[0] as Uint8Array | undefined) ?? new Uint8Array()).get(1) ?? []) {
      const summary = fieldsOf(value as Uint8Array);
      const tag = text(summary.get(1)![0]);
      if (summary.has(2)) event.values[tag] = Number(summary.get(2)![0]);
      if (summary.has(4)) event.images[tag] = fieldsOf(summary.get(4)![0] as Uint8Array);
    }
    return event;
  });
}

describe('crc32c', () => {
  it('gives the values of RFC 3720, B.4', () => {
    const bytes = (fill: (i: number) => number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => fill(i));
    expect(crc32c(bytes(() => 0))).toBe(0x8a9136aa);
    expect(crc32c(bytes(() => 0xff))).toBe(0x62a8ab43);
    expect(crc32c(bytes((i) => i))).toBe(0x46dd794e);
    expect(crc32c(bytes((i) => 31 - i))).toBe(0x113fdb5c);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array())).toBe(0);
  });
});

describe('what the Python package tensorboard 2.21 writes', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  it('is a record as by its RecordWriter', () => {
    expect(hex(frameRecord(new TextEncoder().encode('foo')))).toBe('0300000000000000b099490e666f6f618abefe');
  });

  it.each<[Event['content'], string]>([
    [{ kind: 'version' }, '09000000000000f83f10ac021a0d627261696e2e4576656e743a32'],
    [{ kind: 'start' }, '09000000000000f83f10ac023a020801'],
    [{ kind: 'scalars', values: { 'a/b': 0.5 } }, '09000000000000f83f10ac022a0c0a0a0a03612f62150000003f'],
    [{ kind: 'image', tag: 'a/b', png: new TextEncoder().encode('png'), width: 300, height: 7 }, '09000000000000f83f10ac022a150a130a03612f62220c080710ac0218042203706e67'],
  ])('is an event %o as by its Event message', (content, expected) => {
    expect(hex(encodeEvent({ wallTime: 1.5, step: 300, content }))).toBe(expected);
  });
});

describe('createEventFile', () => {
  it('writes version, start, scalars and images that read back', () => {
    const file = createEventFile(join(folder, 'deep', 'run'), 300);
    file.scalars(301, { 'train/loss': 0.5, 'train/größe': -1e30 });
    file.image(70_000, 'mixed', { png: Uint8Array.of(1, 2, 3), width: 300, height: 7 });
    const events = eventsOf(file.path);
    expect(events.map(({ step }) => step)).toEqual([0, 300, 301, 70_000]);
    expect(events[0]!.version).toBe('brain.Event:2');
    expect(events.map(({ started }) => started)).toEqual([false, true, false, false]);
    expect(events[2]!.values).toEqual({ 'train/loss': 0.5, 'train/größe': Math.fround(-1e30) });
    const image = events[3]!.images['mixed']!;
    expect([image.get(1), image.get(2), image.get(3), Array.from(image.get(4)![0] as Uint8Array)]).toEqual([[7], [300], [4], [1, 2, 3]]);
  });

  it('makes a new file each time, with the name that TensorBoard looks for', () => {
    createEventFile(folder);
    createEventFile(folder);
    const names = readdirSync(folder);
    expect(names.length).toBe(2);
    expect(names.every((name) => /^events\.out\.tfevents\.\d{10}\./.test(name))).toBe(true);
  });
});

describe('tensorBoard', () => {
  it('writes every n-th step, and every epoch with its evaluation', async () => {
    const listener = tensorBoard(folder, { every: 2 });
    const state = {} as TrainState;
    await listener({ type: 'start', epochs: 1, epoch: 0, step: 4 }, state);
    for (let step = 5; step <= 8; step++) await listener({ type: 'step', epoch: 0, epochs: 1, batch: step, batches: 8, step, rows: 2, metrics: { loss: step }, running: { loss: 0 } }, state);
    await listener({ type: 'epoch', epochs: 1, best: true, record: { epoch: 0, step: 8, train: { loss: 0.25 }, evaluation: { nll: 2 }, seconds: 1, imagesPerSecond: 64 } }, state);
    await listener({ type: 'end', stopped: 'epochs', step: 8 }, state);
    const [, , ...events] = eventsOf(join(folder, readdirSync(folder)[0]!));
    expect(events.map(({ step, values }) => [step, values])).toEqual([
      [6, { 'step/loss': 6 }], [8, { 'step/loss': 8 }], [8, { 'epoch/loss': 0.25, 'epoch/imagesPerSecond': 64, 'evaluation/nll': 2 }],
    ]);
  });

  it('refuses a bad interval', () => {
    expect(() => tensorBoard(folder, { every: 0 })).toThrow('tensorBoard: every must be a whole number >= 1, got 0');
  });
});
