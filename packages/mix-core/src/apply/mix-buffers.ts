import { type HostTensor, hostTensor, sizeOf } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { type MixKernel, mixKernel } from './mix-kernel.ts';

export interface MixBuffersOptions {
  /** Mixed images, `plan.rows`. Default: as many as images. */
  readonly rows?: number;
}

export interface MixBuffers {
  /** [batch, …], zeros: write the images of a batch here. */
  readonly images: HostTensor<'float32'>;
  /** [rows, …], zeros: the `out` of `applyPlan`. */
  readonly out: HostTensor<'float32'>;
}

const PAGE = 65_536;
const kernels = new WeakMap<ArrayBufferLike, MixKernel>();

/** The kernel that works on arrays of one pair of buffers. */
export function kernelOf({ buffer }: Float32Array, ...others: readonly Float32Array[]): MixKernel | undefined {
  return others.every((other) => other.buffer === buffer) ? kernels.get(buffer) : undefined;
}

/**
 * Images and mixed images in one WebAssembly memory, where `applyPlan` adds images and pastes boxes without copies in between, about as fast as memory can be read and written; the
 * numbers are the same. Make them once and use them for every batch.
 *
 *     const { images, out } = mixBuffers([256, 224, 224, 3]);
 *     images.data.set(batch);
 *     applyPlan(plan, images, { out });
 *
 * @param shape [batch, …]
 * @throws {RangeError} for a shape without images, or more than WebAssembly's 4 GiB
 */
export function mixBuffers(shape: readonly number[], { rows = shape[0]! }: MixBuffersOptions = {}): MixBuffers {
  for (const [axis, length] of shape.entries()) checkWhole('mixBuffers', `shape[${axis}]`, length);
  checkWhole('mixBuffers', 'rows', rows);
  const inner = shape.slice(1);
  const [size, mixed] = [sizeOf(shape), sizeOf([rows, ...inner])];
  const pages = Math.ceil((4 * (size + mixed)) / PAGE);
  if (pages > PAGE) throw new RangeError(`mixBuffers: images and mixed images must fit into 4 GiB, got ${pages * PAGE} bytes`);
  const memory = new WebAssembly.Memory({ initial: pages });
  kernels.set(memory.buffer, mixKernel(memory));
  return {
    images: hostTensor('float32', shape, new Float32Array(memory.buffer, 0, size)),
    out: hostTensor('float32', [rows, ...inner], new Float32Array(memory.buffer, 4 * size, mixed)),
  };
}
