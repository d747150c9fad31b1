import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { encodeEvent, type Event } from './event.ts';
import { frameRecord } from './record.ts';

/** A picture for TensorBoard. */
export interface EventImage {
  /** The file's bytes. */
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Appends to one event file. Each call is one write; nothing stays open. */
export interface EventFile {
  readonly path: string;
  /** TensorBoard groups tags by what stands before the first `/`. */
  scalars(step: number, values: Readonly<Record<string, number>>): void;
  image(step: number, tag: string, image: EventImage): void;
}

/**
 * A new event file in a folder, which is made where it is missing. Point TensorBoard at the folder, or at one above it: `tensorboard --logdir <folder>`.
 *
 * @param startStep where the run begins: TensorBoard drops what earlier files in the folder say of later steps, which a resumed run does again. Default 0.
 */
export function createEventFile(folder: string, startStep = 0): EventFile {
  mkdirSync(folder, { recursive: true });
  const now = (): number => Date.now() / 1000;
  const path = join(folder, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}.${randomUUID().slice(0, 8)}`);
  const append = (step: number, content: Event['content']): void => appendFileSync(path, frameRecord(encodeEvent({ wallTime: now(), step, content })));
  append(0, { kind: 'version' });
  append(startStep, { kind: 'start' });
  return {
    path,
    scalars: (step, values) => append(step, { kind: 'scalars', values }),
    image: (step, tag, image) => append(step, { kind: 'image', tag, ...image }),
  };
}
