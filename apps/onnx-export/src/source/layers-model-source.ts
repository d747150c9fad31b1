import { stateDict } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { distinct } from './distinct.ts';
import { ARCHITECTURE_KEY } from './model-source.ts';
import type { ExportSource, SourceInput } from './source.ts';

/** What to know of a LayersModel that it does not say itself. */
export interface LayersModelOptions {
  /** Sizes of the one input without the batch, where the model leaves some open. Default: the model's own. */
  readonly inputShape?: readonly number[];
}

function shapeOf({ name, shape }: SymbolicTensor, given: readonly number[] | undefined): readonly number[] {
  const own = shape.slice(1);
  const text = `[batch, ${own.map((size) => size ?? '?').join(', ')}]`;
  if (given === undefined) {
    if (own.some((size) => size === null)) throw new RangeError(`layersModelSource: inputShape must be given, since input ${name} of the model is ${text}`);
    return own as number[];
  }
  if (given.length !== own.length || own.some((size, axis) => size !== null && size !== given[axis])) {
    throw new RangeError(`layersModelSource: inputShape must fit the model's input ${name}, which is ${text}, got [${given.join(', ')}]`);
  }
  return given;
}

/** The number of indices that an input may hold, where embeddings read it. */
function indicesOf(model: LayersModel, input: SymbolicTensor): number | undefined {
  const readers = model.layers.filter((layer) => layer.getClassName() === 'Embedding' && layer.inboundNodes.some((node) => node.inputTensors.some(({ id }) => id === input.id)));
  const sizes = readers.map((layer) => layer.getConfig()['inputDim'] as number);
  return sizes.length > 0 ? Math.min(...sizes) : undefined;
}

function endsInProbabilities(model: LayersModel): boolean {
  const layer = model.outputs.length === 1 ? model.outputs[0]!.sourceLayer : undefined;
  return ['softmax', 'sigmoid'].includes(layer?.getConfig()['activation'] as string) || layer?.getClassName() === 'Softmax';
}

/**
 * A LayersModel of TensorFlow.js, as it predicts: dropout is off, batch norms use their running statistics. Inputs and outputs have the names of
 * their layers.
 *
 * @throws {RangeError} where an input has open sizes other than the batch and `inputShape` does not tell them
 */
export function layersModelSource(model: LayersModel, { inputShape }: LayersModelOptions = {}): ExportSource {
  if (inputShape && model.inputs.length > 1) throw new RangeError(`layersModelSource: inputShape is for models of one input, got ${model.inputs.length}`);
  const inputNames = distinct(model.inputs.map(({ sourceLayer }) => sourceLayer.name));
  const inputs = model.inputs.map((input, i): SourceInput => {
    const indices = indicesOf(model, input);
    return { name: inputNames[i]!, shape: shapeOf(input, inputShape), dtype: input.dtype === 'int32' ? 'int32' : 'float32', ...(indices !== undefined && { indices }) };
  });
  // `name` of a variable depends on what else was made in this process
  const weightNames = distinct(model.weights.map(({ originalName }) => originalName));
  return {
    name: model.name,
    inputs,
    outputs: distinct(model.outputs.map(({ sourceLayer }) => sourceLayer.name)),
    classes: model.outputs[0]!.shape.at(-1) ?? null,
    endsInProbabilities: endsInProbabilities(model),
    parameters: model.countParams(),
    weights: stateDict(weightNames.map((name, i) => [name, model.weights[i]!.read()])),
    metadata: { [ARCHITECTURE_KEY]: model.name, 'mixwell.source': '@tensorflow/tfjs-layers' },
    run: (tensors) => tf.tidy(() => {
      const result = model.apply(tensors.length === 1 ? tensors[0]! : [...tensors], { training: false }) as tf.Tensor | tf.Tensor[];
      return Array.isArray(result) ? result : [result];
    }),
  };
}
