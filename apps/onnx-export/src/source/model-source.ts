import type { Model, Variables } from '@mixwell/models';
import { stateDict } from '@mixwell/tensor';
import type { ExportSource } from './source.ts';

/** Metadata keys, of safetensors and of ONNX files, that say how to make the network again. */
export const ARCHITECTURE_KEY = 'mixwell.architecture';
export const OPTIONS_KEY = 'mixwell.options';

/**
 * The metadata with which `saveStateDict(path, toDisk(model, vars), modelMetadata(model))` writes a file that needs no `--arch` and no
 * `--options`: `mixwell.architecture` is `model.name`, `mixwell.options` is `model.options` as JSON.
 */
export function modelMetadata({ name, options }: Pick<Model, 'name' | 'options'>): Readonly<Record<string, string>> {
  return { [ARCHITECTURE_KEY]: name, [OPTIONS_KEY]: JSON.stringify(options) };
}

/** A network of @mixwell/models with its values, in mode 'eval'. Input `input`, output `logits` [batch, classes]. */
export function modelSource(model: Model, vars: Variables): ExportSource {
  return {
    name: model.name,
    inputs: [{ name: 'input', shape: model.inputShape, dtype: 'float32' }],
    outputs: ['logits'],
    classes: model.classes,
    endsInProbabilities: false,
    parameters: Object.values(vars.params).reduce((sum, { size }) => sum + size, 0),
    weights: stateDict([...Object.entries(vars.params), ...Object.entries(vars.buffers)]),
    metadata: modelMetadata(model),
    run: ([input]) => [model.run(vars, input!).y],
  };
}
