import { toHost, type ToHostInput } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import type * as tf from '@tensorflow/tfjs-core';

/** Where an epoch begins: options of `batches` of @mixwell/data. */
export interface BatchPosition {
  /** Counted from 0. */
  readonly epoch: number;
  /** First batch that is wanted: 0, or where a resumed epoch goes on. */
  readonly start: number;
}

const isShaped = (x: unknown): x is { readonly shape: readonly number[] } => typeof x === 'object' && x !== null && 'shape' in x && Array.isArray(x.shape);

/** Rows of a batch: the length of its sample indices, else the first axis of its first tensor. */
export function rowsOf(batch: unknown): number {
  const fields = typeof batch === 'object' && batch !== null ? (batch as Readonly<Record<string, unknown>>) : {};
  const { indices } = fields;
  if (ArrayBuffer.isView(indices) || Array.isArray(indices)) return (indices as Int32Array).length;
  const rows = [batch, ...Object.values(fields)].find(isShaped)?.shape[0];
  if (rows === undefined) throw new TypeError('fit: a batch must hold sample indices or a tensor, so that its rows can be counted');
  return rows;
}

/** A batch as tensors: what a step takes where no `prepare` is given. */
export function toTensors(batch: unknown): Readonly<Record<string, tf.Tensor>> {
  if (typeof batch !== 'object' || batch === null) throw new TypeError(`fit: a batch must be a record of arrays (or use prepare), got ${String(batch)}`);
  return Object.fromEntries(Object.entries(batch).map(([name, value]) => [name, toTf(toHost(value as ToHostInput))]));
}

/** Batches of a whole epoch, where the iterable says it. */
export function epochLength(batches: object, start: number): number | undefined {
  return 'length' in batches && typeof batches.length === 'number' ? start + batches.length : undefined;
}
