import { createRequire } from 'node:module';
import { backend_util } from '@tensorflow/tfjs-core';
import { type Binding, directRuntime, type TensorClass } from './runtime/direct.ts';
import { runs } from './runtime/probe.ts';
import type { Runtime } from './runtime/runtime.ts';
import { runtimeSettings } from './runtime/settings.ts';
import { workerRuntime } from './runtime/worker.ts';

const INSTALL = `npm install onnxruntime-node
Its install script downloads CUDA files, which are not needed here: where that download fails, set ONNXRUNTIME_NODE_INSTALL=skip.`;

/** The binding of these versions is known: later ones are asked, others are not. */
const FIRST_VERSION = [1, 30] as const;

/** What is used of onnxruntime-node's public API. */
interface Api {
  readonly Tensor: TensorClass;
  readonly env: { logLevel: string; readonly versions?: { readonly node?: string } };
  readonly listSupportedBackends?: () => readonly SupportedProvider[];
}

/** An execution provider of this build of onnxruntime-node. */
export interface SupportedProvider {
  readonly name: string;
  /** Whether it comes with the package; else it needs libraries that the user installs. */
  readonly bundled: boolean;
}

/** The package, as it was found. */
interface Installation {
  readonly api: Api;
  readonly version: string;
  readonly require: NodeJS.Require;
}

let installation: Installation | null = null;
/** Undefined: not tried yet. Null: this version has no binding that we know. */
let direct: Runtime | null | undefined;
let worker: Runtime | undefined;

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') && (message ?? '').includes(`'${name}'`);
}

function install(): Installation {
  if (installation) return installation;
  const require = createRequire(import.meta.url);
  try {
    const api = require('onnxruntime-node') as Api;
    api.env.logLevel = 'error';
    installation = { api, version: api.env.versions?.node ?? 'of unknown version', require };
    return installation;
  } catch (cause) {
    throw new Error(isMissing(cause, 'onnxruntime-node') ? `onnxruntime: the package onnxruntime-node is not installed:\n${INSTALL}` : noBinary(cause), { cause });
  }
}

/**
 * Loads onnxruntime-node, at the first use, and finds out how it can be called: by its synchronous binding where its version has the one that
 * we know, else by its public API in a thread. The latter is said once, unless it was asked for.
 *
 * @throws {Error} saying what to do: where it is not installed or has no binary for this platform, or `direct` was asked for and cannot be
 */
export function loadRuntime(): Runtime {
  const { transport } = runtimeSettings();
  if (transport !== 'worker') {
    if (direct === undefined) direct = tryDirect(install());
    if (direct) return direct;
    if (transport === 'direct') throw new Error(`onnxruntime: onnxruntime-node ${install().version} has no synchronous run under its public API, as 1.30 has; install that version, or leave the transport to 'auto'`);
  }
  if (worker) return worker;
  worker = workerRuntime(install().require.resolve('onnxruntime-node'));
  if (transport === 'auto') warnSlow(install().version);
  return worker;
}

function tryDirect({ api, version, require }: Installation): Runtime | null {
  if (!isKnownVersion(version)) return null;
  try {
    const runtime = directRuntime(require('onnxruntime-node/dist/binding.js') as Binding, api.Tensor);
    return runtime && runs(runtime) ? runtime : null;
  } catch {
    return null;
  }
}

function isKnownVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === FIRST_VERSION[0] && minor >= FIRST_VERSION[1];
}

function warnSlow(version: string): void {
  backend_util.warn(`onnxruntime: onnxruntime-node ${version} has no synchronous run under its public API, as 1.30 has. Models run in a thread instead: the results are the same, but each run copies all that goes in, weights too, and takes about 0.1 ms more. For the fast way install onnxruntime-node 1.30.`);
}

function noBinary(cause: unknown): string {
  return `onnxruntime: onnxruntime-node has no binary that loads on ${process.platform} ${process.arch} (it has Linux and Windows on x64 and arm64, and macOS on arm64): ${(cause as Error).message}`;
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

/** The execution providers that this build of onnxruntime-node knows; versions that do not tell have the CPU at least. */
export function supportedProviders(): readonly SupportedProvider[] {
  return install().api.listSupportedBackends?.() ?? [{ name: 'cpu', bundled: true }];
}

/** The version of onnxruntime-node that is installed. */
export function runtimeVersion(): string {
  return install().version;
}
