import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng, hostTensor, type HostTensor, normal, type StateDict, stateDict, writeSafetensors } from '@mixwell/tensor';

/** Float tensors of these shapes. */
export function randomTensors(seed: number, shapes: Readonly<Record<string, readonly number[]>>, scale: number = 1): StateDict<HostTensor> {
  const rng = createRng(seed);
  return stateDict(Object.entries(shapes).map(([name, shape]) => [name, hostTensor('float32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => scale * normal(rng)))]));
}

/** A small network with a linear layer that is square, one that is not, one of GPT-2's with `[in, out]`, a convolution, an embedding, biases, a head. */
export const baseShapes: Readonly<Record<string, readonly number[]>> = {
  'embed.weight': [7, 4], 'layers.0.q_proj.weight': [4, 4], 'layers.0.q_proj.bias': [4], 'layers.0.up_proj.weight': [6, 4], 'layers.0.up_proj.bias': [6], 'layers.0.c_attn.weight': [4, 12], 'conv.weight': [5, 3, 2, 2], 'conv.bias': [5],
  'score.weight': [2, 4],
};

export const loraConfig: Readonly<Record<string, unknown>> = { peft_type: 'LORA', r: 2, lora_alpha: 8, rank_pattern: { up_proj: 3 }, alpha_pattern: { '^conv': 2 } };

export const loraShapes: Readonly<Record<string, readonly number[]>> = {
  'base_model.model.embed.lora_embedding_A': [2, 7], 'base_model.model.embed.lora_embedding_B': [4, 2],
  'base_model.model.layers.0.q_proj.lora_A.weight': [2, 4], 'base_model.model.layers.0.q_proj.lora_B.weight': [4, 2],
  'base_model.model.layers.0.up_proj.lora_A.weight': [3, 4], 'base_model.model.layers.0.up_proj.lora_B.weight': [6, 3],
  'base_model.model.layers.0.c_attn.lora_A.weight': [2, 4], 'base_model.model.layers.0.c_attn.lora_B.weight': [12, 2],
  'base_model.model.conv.lora_A.weight': [2, 3, 2, 2], 'base_model.model.conv.lora_B.weight': [5, 2, 1, 1],
};

/** Writes an adapter as PEFT does. Gives its folder. */
export function saveAdapter(folder: string, name: string, tensors: StateDict<HostTensor>, config: Readonly<Record<string, unknown>>): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'adapter_model.safetensors'), writeSafetensors(tensors));
  writeFileSync(join(path, 'adapter_config.json'), JSON.stringify(config));
  return path;
}
