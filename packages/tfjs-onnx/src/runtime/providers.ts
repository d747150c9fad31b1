import { runtimeVersion, supportedProviders } from '../load-runtime.ts';
import type { ExecutionProvider } from './settings.ts';

/** @throws {RangeError} where onnxruntime-node has no such execution provider, listing those that it has */
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
