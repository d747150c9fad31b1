import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createRng, float32ToBfloat16, integer, normal, safetensorsLayout, stateDict } from '@mixwell/tensor';

/** Size of the models that are merged. */
export interface ModelSize {
  readonly models: number;
  /** Of each model. */
  readonly parameters: number;
  readonly dtype: 'float32' | 'bfloat16';
}

/** Elements of a tensor: as in the layers of a transformer of width 2048. */
const tensorSize = 2 ** 22;
const poolSize = 2 ** 20;

/** Names and shapes: matrices, the last one smaller. */
function shapesOf(parameters: number): readonly (readonly [string, readonly number[]])[] {
  return Array.from({ length: Math.ceil(parameters / tensorSize) }, (_, i) => {
    const size = Math.min(tensorSize, parameters - i * tensorSize);
    return [`layers.${i}.weight`, size === tensorSize ? [2048, 2048] : [size]];
  });
}

/** Normal numbers, drawn once; parameters take them from different places, so that gigabytes are made in seconds. */
function drawPool(seed: number): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from({ length: poolSize }, () => normal(rng));
}

/**
 * Writes `base.safetensors` and `model-0.safetensors`, …: a base of normal parameters and models that differ from it by a task vector, sparse in its large entries as those of fine-tuning.
 *
 * @returns paths of base and models
 */
export function makeModels(folder: string, { models, parameters, dtype }: ModelSize): { readonly base: string; readonly models: readonly string[] } {
  const [values, changes] = [drawPool(0), drawPool(1)];
  const { header, entries } = safetensorsLayout(stateDict(shapesOf(parameters).map(([name, shape]) => [name, { dtype, shape }])));
  const write = (name: string, model: number | null): string => {
    const path = join(folder, `${name}.safetensors`);
    const rng = createRng(2).split(model ?? -1);
    const fd = openSync(path, 'w');
    writeSync(fd, header);
    entries.forEach(([, { shape, begin }], i) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      const shift = integer(rng, 0, poolSize);
      for (let e = 0; e < data.length; e++) {
        const change = model === null ? 0 : changes[(e * 3 + shift) & (poolSize - 1)]!;
        data[e] = 0.02 * values[(e + 7919 * i) & (poolSize - 1)]! + 1e-3 * change * change * change;
      }
      const stored = dtype === 'float32' ? data : float32ToBfloat16(data);
      writeSync(fd, new Uint8Array(stored.buffer), 0, stored.byteLength, begin);
    });
    closeSync(fd);
    return path;
  };
  return { base: write('base', null), models: Array.from({ length: models }, (_, i) => write(`model-${i}`, i)) };
}
