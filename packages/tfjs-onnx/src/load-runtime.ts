import { createRequire } from 'node:module';
import type { SessionData, SessionTensor } from './session.ts';

/** An input or output, as the binding tells it. */
export interface NativeValue {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: number;
  readonly shape: readonly number[];
  readonly symbolicDimensions: readonly string[];
}

/** A session of the binding: everything is synchronous. */
export interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: object, fetches: object, options: object): Record<string, SessionTensor>;
  dispose(): void;
  readonly inputMetadata: readonly NativeValue[];
  readonly outputMetadata: readonly NativeValue[];
}

/** What is used of onnxruntime-node. */
export interface Runtime {
  readonly Session: new () => NativeSession;
  readonly Tensor: new (type: string, data: SessionData, dims: readonly number[]) => SessionTensor;
}

const INSTALL = `npm install onnxruntime-node
Its install script downloads CUDA files, which are not needed here: where that download fails, set ONNXRUNTIME_NODE_INSTALL=skip.`;

let runtime: Runtime | null = null;

interface Api {
  readonly Tensor: Runtime['Tensor'];
  readonly env: { logLevel: string; readonly versions: { readonly node?: string } };
}

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') && (message ?? '').includes(`'${name}'`);
}

/**
 * Loads onnxruntime-node, at the first use. Its public API has no synchronous run; the native binding under it has.
 *
 * @throws {Error} saying what to do: where it is not installed, has no binary for this platform, or is of a version that has no such binding
 */
export function loadRuntime(): Runtime {
  if (runtime) return runtime;
  const require = createRequire(import.meta.url);
  let api: Api;
  try {
    api = require('onnxruntime-node') as Api;
  } catch (cause) {
    throw new Error(isMissing(cause, 'onnxruntime-node') ? `onnxruntime: the package onnxruntime-node is not installed:\n${INSTALL}` : noBinary(cause), { cause });
  }
  api.env.logLevel = 'error';
  let native: { binding?: { InferenceSession?: Runtime['Session'] }; initOrt?: () => void };
  try {
    native = require('onnxruntime-node/dist/binding.js') as typeof native;
  } catch (cause) {
    throw new Error(noSynchronousRun(api), { cause });
  }
  const Session = native.binding?.InferenceSession;
  if (typeof Session?.prototype.run !== 'function' || typeof Session.prototype.loadModel !== 'function' || typeof native.initOrt !== 'function') throw new Error(noSynchronousRun(api));
  native.initOrt();
  runtime = { Session, Tensor: api.Tensor };
  return runtime;
}

function noBinary(cause: unknown): string {
  return `onnxruntime: onnxruntime-node has no binary that loads on ${process.platform} ${process.arch} (it has Linux and Windows on x64 and arm64, and macOS on arm64): ${(cause as Error).message}`;
}

function noSynchronousRun(api: Api): string {
  return `onnxruntime: onnxruntime-node ${api.env.versions.node ?? 'of unknown version'} has no synchronous run under its public API, as 1.30 has; install that version`;
}

/** Whether models can be run here: onnxruntime-node is installed and has a binary for this platform. */
export function isRuntimeAvailable(): boolean {
  try {
    loadRuntime();
    return true;
  } catch {
    return false;
  }
}
