import { availableParallelism } from 'node:os';
import type { Transport } from './runtime.ts';

/** An execution provider by its name, or with options of its own: `{ name: 'cuda', deviceId: 1 }`. */
export type ExecutionProvider = string | { readonly name: string; readonly [option: string]: unknown };

/** How models are run. */
export interface RuntimeSettings {
  /** In order of preference; what the first cannot do, the next does, and the CPU in the end. `runtimeInfo()` lists what there is. @default ['cpu'] */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Threads of one operator, at least 1. @default the processors that the process may use, at most 16, or ONNXRUNTIME_THREADS */
  readonly threads?: number;
  /**
   * Whether threads that have nothing to do wait in a loop. `'running'`: while a model runs, which is fast and leaves the processor alone between runs.
   * `'always'`: also between runs, for many short ones. `'never'`: for machines that do other work too. @default 'running'
   */
  readonly spinning?: 'running' | 'always' | 'never';
  /** How onnxruntime-node is called: `'auto'` takes `'direct'` where its version has what that needs. @default 'auto', or ONNXRUNTIME_TRANSPORT */
  readonly transport?: 'auto' | Transport;
}

/** More threads than this do not help graphs of this size. */
const MAX_THREADS = 16;
const TRANSPORTS: readonly string[] = ['auto', 'direct', 'worker'];
const SPINNING: readonly string[] = ['running', 'always', 'never'];

let current: Required<RuntimeSettings> | null = null;

/** What holds for sessions that are made now. */
export function runtimeSettings(): Required<RuntimeSettings> {
  current ??= {
    executionProviders: ['cpu'],
    threads: positive('ONNXRUNTIME_THREADS', Number(process.env['ONNXRUNTIME_THREADS'] ?? Math.min(availableParallelism(), MAX_THREADS))),
    spinning: 'running',
    transport: oneOf('ONNXRUNTIME_TRANSPORT', process.env['ONNXRUNTIME_TRANSPORT'] ?? 'auto', TRANSPORTS) as 'auto',
  };
  return current;
}

/** Changes some settings for sessions that are made from now on. Names of execution providers are not checked here. */
export function changeSettings(changes: RuntimeSettings): void {
  if (changes.threads !== undefined) positive('configure: threads', changes.threads);
  if (changes.spinning !== undefined) oneOf('configure: spinning', changes.spinning, SPINNING);
  if (changes.transport !== undefined) oneOf('configure: transport', changes.transport, TRANSPORTS);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  current = { ...runtimeSettings(), ...given };
}

function positive(what: string, count: number): number {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${what} must be a positive integer, got ${count}`);
  return count;
}

function oneOf(what: string, value: string, allowed: readonly string[]): string {
  if (!allowed.includes(value)) throw new RangeError(`${what} must be one of ${allowed.join(', ')}, got ${value}`);
  return value;
}
