import { statSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { type DType, type StateDict, stateDict } from '@mixwell/tensor';
import { isStored, quote, type StoredTensor, type TensorPlaces } from '../sources/tensor-place.ts';
import type { OutputPlan } from './output-plan.ts';

interface Spec {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * An ONNX model that is a copy of `template` with other elements: graph, names, types and shapes stay, so that nothing but elements has to be written. The elements stay in the
 * files in which the template has them.
 *
 * @param isCopied which of them are the template's own
 * @param template path of the model whose initializers lie at `initializers`
 * @throws {RangeError} where tensors are not those initializers, or lie in a form that cannot be written in place
 */
export function onnxOutput(tensors: StateDict<Spec>, isCopied: (name: string) => boolean, template: string, initializers: TensorPlaces): OutputPlan {
  const folder = dirname(template);
  const missing = Object.keys(initializers).find((name) => !(name in tensors));
  if (missing !== undefined) throw new RangeError(`onnx: the result must have every initializer of ${template}, got no ${quote(missing)}`);
  const places = Object.entries(tensors).map(([name, { dtype, shape }]): [string, StoredTensor] => {
    const place = initializers[name];
    if (!place || !isStored(place)) throw new RangeError(`onnx: tensors must be initializers of ${template}, got ${quote(name)}`);
    if (place.dtype !== dtype || place.shape.join() !== shape.join()) {
      throw new RangeError(`onnx: ${quote(name)} must be ${place.dtype} [${place.shape.join(', ')}] as in ${template}, got ${dtype} [${shape.join(', ')}]; write safetensors to change types or shapes`);
    }
    if (place.varints && !isCopied(name)) throw new RangeError(`onnx: ${quote(name)} must be raw or packed to be merged in place, got varints in ${template}; write safetensors`);
    return [name, { ...place, file: relative(folder, place.file) }];
  });
  const names = new Set([basename(template), ...places.map(([, { file }]) => file)]);
  const files = [...names].map((name) => {
    const copyOf = `${folder}/${name}`;
    return { name, size: statSync(copyOf).size, begins: { copyOf } };
  });
  return { files, places: stateDict(places), texts: [] };
}
