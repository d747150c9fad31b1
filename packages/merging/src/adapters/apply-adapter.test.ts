import { hostTensor, type HostTensor, type StateDict, stateDict } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { applyAdapter } from './apply-adapter.ts';
import { baseShapes, loraConfig, loraShapes, randomTensors } from './fixtures.ts';

const base = randomTensors(1, baseShapes);
const lora = randomTensors(2, loraShapes, 0.1);
const at = (dict: StateDict<HostTensor>, name: string): ArrayLike<number> => dict[name]!.data as Float32Array;
const of = (module: string, end: string): ArrayLike<number> => at(lora, `base_model.model.${module}.${end}`);

/** W + scale · B A by its definition, of weights whose element (output, input) is at `place`. */
function naive(weight: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>, [outputs, inputs, rank]: readonly [number, number, number], scale: number, place: (output: number, input: number) => number): number[] {
  const result = Array.from(weight);
  for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) for (let k = 0; k < rank; k++) result[place(o, i)]! += scale * b[o * rank + k]! * a[k * inputs + i]!;
  return result;
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 5));
}

describe('applyAdapter of LoRA', () => {
  it('adds scale · B A to linear layers, embeddings, layers of GPT-2 and convolutions, each by its rank and α', () => {
    const merged = applyAdapter(base, lora, loraConfig);
    expect(Object.keys(merged)).toEqual(Object.keys(base));
    const plain = (module: string, sizes: readonly [number, number, number], scale: number): number[] =>
      naive(at(base, `${module}.weight`), of(module, 'lora_A.weight'), of(module, 'lora_B.weight'), sizes, scale, (o, i) => o * sizes[1] + i);
    expectClose(at(merged, 'layers.0.q_proj.weight'), plain('layers.0.q_proj', [4, 4, 2], 4));
    expectClose(at(merged, 'layers.0.up_proj.weight'), plain('layers.0.up_proj', [6, 4, 3], 8 / 3));
    expectClose(at(merged, 'conv.weight'), plain('conv', [5, 12, 2], 1));
    expectClose(at(merged, 'layers.0.c_attn.weight'), naive(at(base, 'layers.0.c_attn.weight'), of('layers.0.c_attn', 'lora_A.weight'), of('layers.0.c_attn', 'lora_B.weight'), [12, 4, 2], 4, (o, i) => i * 12 + o));
    expectClose(at(merged, 'embed.weight'), naive(at(base, 'embed.weight'), of('embed', 'lora_embedding_A'), of('embed', 'lora_embedding_B'), [4, 7, 2], 4, (o, i) => i * 4 + o));
    expect(merged['score.weight']).toBe(base['score.weight']);
  });

  it('takes square weights for [in, out] where fan_in_fan_out says so, and divides by the root of the rank for rsLoRA', () => {
    const merged = applyAdapter(base, lora, { ...loraConfig, fan_in_fan_out: true, use_rslora: true });
    const [a, b] = [of('layers.0.q_proj', 'lora_A.weight'), of('layers.0.q_proj', 'lora_B.weight')];
    expectClose(at(merged, 'layers.0.q_proj.weight'), naive(at(base, 'layers.0.q_proj.weight'), a, b, [4, 4, 2], 8 / Math.SQRT2, (o, i) => i * 4 + o));
  });

  it('puts whole tensors in the place of those of the base', () => {
    const head = randomTensors(3, { 'base_model.model.score.weight': [2, 4], 'base_model.model.conv.bias': [5] });
    const merged = applyAdapter(base, head, { ...loraConfig, modules_to_save: ['score'], bias: 'all' });
    expect([merged['score.weight']!.data, merged['conv.bias']!.data]).toEqual([head['base_model.model.score.weight']!.data, head['base_model.model.conv.bias']!.data]);
  });

  it('finds ranks and α by the ends of names, or by whole names', () => {
    const one = randomTensors(3, { 'base_model.model.layers.0.q_proj.lora_A.weight': [2, 4], 'base_model.model.layers.0.q_proj.lora_B.weight': [4, 2] });
    const shift = (alpha_pattern: object): number => Number(applyAdapter(base, one, { peft_type: 'LORA', r: 2, lora_alpha: 2, alpha_pattern })['layers.0.q_proj.weight']!.data[0]) - at(base, 'layers.0.q_proj.weight')[0]!;
    expect(shift({ q_proj: 6 }) / shift({})).toBeCloseTo(3, 4);
    for (const pattern of ['^layers.0.q_proj', '0.q_proj$', 'layers.0.q_proj']) expect(shift({ [pattern]: 6 })).toBeCloseTo(shift({ q_proj: 6 }), 6);
    for (const pattern of ['^q_proj', 'proj', 'k_proj']) expect(shift({ [pattern]: 6 })).toBeCloseTo(shift({}), 6);
  });

  it('rounds to the type of the base, or to another', () => {
    const halves = stateDict(Object.entries(base).map(([name, { shape }]) => [name, hostTensor('bfloat16', shape, new Uint16Array(shape.reduce((x, y) => x * y, 1)))]));
    expect(applyAdapter(halves, lora, loraConfig)['conv.weight']!.dtype).toBe('bfloat16');
    expect(applyAdapter(halves, lora, loraConfig, { dtype: 'float32' })['conv.weight']!.dtype).toBe('float32');
  });

  it.each<[string, object, Readonly<Record<string, readonly number[]>>, RegExp]>([
    ['DoRA', { use_dora: true }, loraShapes, /config: use_dora: DoRA .* is not supported/],
    ['DoRA without saying so', {}, { 'base_model.model.conv.lora_magnitude_vector': [5] }, /"base_model\.model\.conv\.lora_magnitude_vector" is of DoRA, which is not supported/],
    ['PiSSA', { init_lora_weights: 'pissa_niter_4' }, loraShapes, /init_lora_weights: "pissa_niter_4" changes the base/],
    ['other kinds', { peft_type: 'LOHA' }, loraShapes, /peft_type must be LORA or IA3, got "LOHA"/],
    ['ranks of 0', { r: 0 }, loraShapes, /r must be a whole number >= 1, got 0/],
    ['no α', { lora_alpha: undefined }, loraShapes, /lora_alpha must be a finite number, got nothing/],
    ['expressions', { rank_pattern: { 'layers\\.(0|1)': 2 } }, loraShapes, /rank_pattern: names must be of modules, expressions are not supported/],
    ['another rank', { r: 4 }, loraShapes, /"layers\.0\.q_proj" must have lora_A of shape \[rank, …\] and lora_B of \[out, rank\] with rank 4, got \[2, 4\] and \[4, 2\]|"embed" must have/],
    ['half a pair', {}, { 'base_model.model.conv.lora_A.weight': [2, 3, 2, 2] }, /"conv" must have both lora_A and lora_B, got A only/],
    ['targets that the base lacks', {}, { 'base_model.model.v_proj.lora_A.weight': [2, 4], 'base_model.model.v_proj.lora_B.weight': [4, 2] }, /"v_proj\.weight" must be in the base, which has it not; it has "embed\.weight", /],
    ['targets of other shapes', {}, { 'base_model.model.score.lora_A.weight': [2, 5], 'base_model.model.score.lora_B.weight': [2, 2] }, /"score\.weight" must have the shape of the product of lora_B \[2, 2\] and lora_A \[2, 5\], got \[2, 4\]/],
    ['heads of other shapes', {}, { 'base_model.model.score.weight': [3, 4] }, /"score\.weight" must have shape \[2, 4\] as in the base, got \[3, 4\]/],
    ['names of other tools', {}, { 'lora_unet_down.lora_up.weight': [2, 2] }, /must begin with 'base_model\.model\.'/],
    ['vectors of (IA)³', {}, { 'base_model.model.score.ia3_l': [2, 1] }, /"base_model\.model\.score\.ia3_l" is not supported in an adapter of type lora/],
  ])('refuses %s', (_, config, shapes, message) => {
    expect(() => applyAdapter(base, randomTensors(4, shapes), { ...loraConfig, ...config })).toThrow(message);
  });

  it('refuses weights that are no floats', () => {
    expect(() => applyAdapter({ ...base, 'conv.weight': hostTensor('int8', [5, 3, 2, 2], new Int8Array(60)) }, lora, loraConfig)).toThrow(/"conv\.weight" must hold floats in the base, got int8/);
  });
});

describe('applyAdapter of (IA)³', () => {
  const shapes = {
    'base_model.model.layers.0.q_proj.ia3_l': [4, 1], 'base_model.model.layers.0.up_proj.ia3_l': [1, 4], 'base_model.model.conv.ia3_l': [1, 5, 1, 1],
  };
  const ia3 = randomTensors(5, shapes);
  const config = { peft_type: 'IA3', target_modules: ['q_proj', 'up_proj', 'conv'], feedforward_modules: ['up_proj'] };
  const factor = (module: string): ArrayLike<number> => at(ia3, `base_model.model.${module}.ia3_l`);

  it('multiplies outputs with their biases, or inputs', () => {
    const merged = applyAdapter(base, ia3, config);
    const times = (name: string, by: (element: number) => number): number[] => Array.from(at(base, name), (value, i) => value * by(i));
    expectClose(at(merged, 'layers.0.q_proj.weight'), times('layers.0.q_proj.weight', (i) => factor('layers.0.q_proj')[Math.floor(i / 4)]!));
    expectClose(at(merged, 'layers.0.q_proj.bias'), times('layers.0.q_proj.bias', (i) => factor('layers.0.q_proj')[i]!));
    expectClose(at(merged, 'layers.0.up_proj.weight'), times('layers.0.up_proj.weight', (i) => factor('layers.0.up_proj')[i % 4]!));
    expect(merged['layers.0.up_proj.bias']).toBe(base['layers.0.up_proj.bias']);
    expectClose(at(merged, 'conv.weight'), times('conv.weight', (i) => factor('conv')[Math.floor(i / 12)]!));
    expectClose(at(merged, 'conv.bias'), times('conv.bias', (i) => factor('conv')[i]!));
  });

  it('does so along the other axis of weights [in, out]', () => {
    const gpt = randomTensors(6, { 'base_model.model.layers.0.c_attn.ia3_l': [12, 1] });
    const merged = applyAdapter(base, gpt, { peft_type: 'IA3', feedforward_modules: [], fan_in_fan_out: true });
    expectClose(at(merged, 'layers.0.c_attn.weight'), Array.from(at(base, 'layers.0.c_attn.weight'), (value, i) => value * at(gpt, 'base_model.model.layers.0.c_attn.ia3_l')[i % 12]!));
  });

  it.each<[string, object, Readonly<Record<string, readonly number[]>>, RegExp]>([
    ['vectors of other lengths', {}, { 'base_model.model.score.ia3_l': [3, 1] }, /"score\.ia3_l" must have 2 elements as axis 0 of score\.weight \[2, 4\], got 3/],
    ['matrices', {}, { 'base_model.model.score.ia3_l': [2, 4] }, /"score\.ia3_l" must be a vector with 2 axes, got \[2, 4\]/],
    ['another axis than the configuration says', {}, { 'base_model.model.layers.0.up_proj.ia3_l': [6, 1] }, /must have shape \[1, in\], as feedforward_modules says, got \[6, 1\]/],
    ['convolutions of an unknown side', { feedforward_modules: '.*conv' }, { 'base_model.model.conv.ia3_l': [1, 5, 1, 1] }, /feedforward_modules must be a list of names/],
  ])('refuses %s', (_, more, given, message) => {
    expect(() => applyAdapter(base, randomTensors(4, given), { ...config, ...more })).toThrow(message);
  });
});
