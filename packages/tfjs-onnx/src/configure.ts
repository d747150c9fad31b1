import { loadRuntime, runtimeVersion, supportedProviders, type SupportedProvider } from './load-runtime.ts';
import type { Transport } from './runtime/runtime.ts';
import { changeSettings, type ExecutionProvider, runtimeSettings, type RuntimeSettings } from './runtime/settings.ts';

/**
 * Says how models are run: by which execution providers, with how many threads. It holds for graphs that are compiled and sessions that are made
 * from now on, so call it before `tf.setBackend('onnxruntime')`. What is not given stays as it is.
 *
 * @throws {RangeError} where a setting is none, or onnxruntime-node has no such execution provider (listing those that it has)
 */
export function configure(settings: RuntimeSettings): void {
  if (settings.executionProviders) checkProviders('configure', settings.executionProviders);
  changeSettings(settings);
}

/** What runs models here, and how. */
export interface RuntimeInfo {
  /** Of onnxruntime-node. */
  readonly version: string;
  readonly transport: Transport;
  readonly executionProviders: readonly ExecutionProvider[];
  readonly threads: number;
  /** What `executionProviders` may name. */
  readonly available: readonly SupportedProvider[];
}

/**
 * Reports what runs models here.
 * @throws {Error} where onnxruntime-node cannot be loaded, saying what to do
 */
export function runtimeInfo(): RuntimeInfo {
  const { executionProviders, threads } = runtimeSettings();
  return { version: runtimeVersion(), transport: loadRuntime().transport, executionProviders, threads, available: supportedProviders() };
}

/** @throws {RangeError} where onnxruntime-node has no such execution provider */
export function checkProviders(caller: string, providers: readonly ExecutionProvider[]): void {
  if (providers.length === 0) throw new RangeError(`${caller}: executionProviders must name at least one`);
  const available = supportedProviders().map((provider) => provider.name);
  for (const provider of providers) {
    const name = providerName(provider);
    if (!available.includes(name)) {
      throw new RangeError(`${caller}: executionProviders must be of those that onnxruntime-node ${runtimeVersion()} has on ${process.platform} ${process.arch} (${available.join(', ')}), got ${name}`);
    }
  }
}

/** The name of an execution provider. */
export function providerName(provider: ExecutionProvider): string {
  return typeof provider === 'string' ? provider : provider.name;
}
