import { loadRuntime, runtimeVersion, type SupportedProvider, supportedProviders } from './load-runtime.ts';
import { channelBlock } from './runtime/channel-block.ts';
import type { Transport } from './runtime/runtime.ts';
import { type ExecutionProvider, runtimeSettings } from './runtime/settings.ts';
import { openSessions } from './session.ts';

/** What runs models here, and how. */
export interface RuntimeInfo {
  /** Of onnxruntime-node. */
  readonly version: string;
  readonly transport: Transport;
  readonly executionProviders: readonly ExecutionProvider[];
  readonly threads: number;
  /** Channels in a block of the layout in which convolutions are fastest: 16 with AVX-512, 8 with AVX2; 1 where there is none, and convolutions run over NCHW. */
  readonly channelBlock: number;
  /** What `executionProviders` may name. */
  readonly available: readonly SupportedProvider[];
  /** Compiled graphs and loaded models that were not released, each with threads and memory of its own. */
  readonly sessions: number;
}

/**
 * Reports what runs models here.
 * @throws {Error} where onnxruntime-node cannot be loaded, saying what to do
 */
export function runtimeInfo(): RuntimeInfo {
  const { executionProviders, threads } = runtimeSettings();
  return { version: runtimeVersion(), transport: loadRuntime().transport, executionProviders, threads, channelBlock: channelBlock(), available: supportedProviders(), sessions: openSessions() };
}
