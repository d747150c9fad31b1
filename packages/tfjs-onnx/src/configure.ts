import { checkProviders } from './runtime/providers.ts';
import { changeSettings, type RuntimeSettings } from './runtime/settings.ts';

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
