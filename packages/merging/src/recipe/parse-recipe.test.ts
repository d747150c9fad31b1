import { describe, expect, it } from 'vitest';
import { parseRecipe } from './parse-recipe.ts';
import { layered } from './read-parameters.ts';

const models = 'models:\n  - model: a\n  - model: b\n';

describe('parseRecipe', () => {
  it('reads models with weights, gradients and filters', () => {
    const [recipe] = parseRecipe(`
models:
  - model: base
  - model: a
    parameters: { density: 0.5, weight: [0, 0.3, 0.7, 1] }
  - model: { model: { path: b } }
    parameters:
      weight:
        - filter: mlp
          value: 0.5
        - value: 0
merge_method: ties
base_model: base
parameters: { normalize: true, int8_mask: true }
dtype: float16
out_dtype: bfloat16
tokenizer_source: union
chat_template: auto
`);
    expect(recipe).toMatchObject({
      method: 'ties', baseModel: 'base', dtype: 'float16', outDtype: 'bfloat16', tokenizerSource: 'union', chatTemplate: 'auto', parameters: { normalize: true },
      modules: [{ prefix: 'default', models: [
        { model: 'base' }, { model: 'a', parameters: { density: 0.5, weight: [0, 0.3, 0.7, 1] } }, { model: 'b', parameters: { weight: [{ filter: 'mlp', value: 0.5 }, { value: 0 }] } },
      ] }],
    });
  });

  it('reads slices, modules and several documents', () => {
    const recipes = parseRecipe(`
name: first
merge_method: slerp
slices:
  - sources:
      - { model: a, layer_range: [0, 4] }
      - { model: b, layer_range: [0, 4] }
    parameters: { t: 0.2 }
base_model: a
parameters: { t: [{ filter: self_attn, value: [0, 0.5] }, { value: 0.5 }] }
---
merge_method: passthrough
modules:
  encoder: { models: [{ model: first }] }
  decoder:
    slices: [{ sources: [{ model: c, layer_range: [0, 2] }] }]
`);
    expect(recipes.map(({ name, method }) => [name, method])).toEqual([['first', 'slerp'], [undefined, 'passthrough']]);
    expect(recipes[1]!.modules).toMatchObject([{ prefix: 'encoder', models: [{ model: 'first' }] }, { prefix: 'decoder', slices: [{ sources: [{ layerRange: [0, 2] }] }] }]);
  });

  it('reads what is ours', () => {
    const [recipe] = parseRecipe(`
merge_method: pcb
base_model: base
models: [{ model: a }, { model: b }]
parameters: { ratio: 0.2, variant: nlp, lambda: { 'layers.*.attention.*': 0.8, '*': 1 } }
include: ['layers.*', head]
match: intersection
shapes: crop
integers: base
batch_norm: average
tied: [[embed.weight, head.weight]]
preserve_norm: true
clamp_to_inputs: true
`);
    expect(recipe).toMatchObject({
      include: ['layers.*', 'head'], match: 'intersection', shapes: 'crop', integers: 'base', batchNorm: 'average', tied: [['embed.weight', 'head.weight']], preserveNorm: true, clampToInputs: true,
      parameters: { ratio: 0.2, variant: 'nlp', lambda: { 'layers.*.attention.*': 0.8, '*': 1 } },
    });
    expect(parseRecipe('merge_method: fisher\nmodels: [{ model: a, companion: fa }, { model: b, companion: fb }]')[0]!.modules).toMatchObject([{ models: [{ companion: 'fa' }, { companion: 'fb' }] }]);
    expect(parseRecipe('merge_method: task_arithmetic\nadapter: ia3\nmodels: [{ model: a }]')[0]).toMatchObject({ adapter: 'ia3' });
  });

  it.each<[string, RegExp]>([
    [`${models}merge_method: ties\nbase_modle: a`, /recipe: key "base_modle" is not known; did you mean base_model\?/],
    [`${models}merge_method: tys`, /recipe: merge_method: key "tys" is not known; did you mean ties\?/],
    [`${models}merge_method: ties\nparameters: { densty: 1 }`, /recipe: parameters: key "densty" is not known; did you mean density\?/],
    ['models: [{ model: a, weight: 1 }]\nmerge_method: linear', /recipe: models\[0\]: key "weight" is not known; there are model, parameters, companion/],
    ['models: [{ model: a, parameters: { wieght: 1 } }]\nmerge_method: linear', /recipe: models\[0\].parameters: key "wieght" is not known; did you mean weight\?/],
    ['merge_method: linear', /must have one of models and slices \(or modules\), got none/],
    ['merge_method: linear\nmodels: []', /recipe: models: must be a list of at least one, got \[\]/],
    ['merge_method: linear\nmodels: [{ model: { model: { path: a }, lora: b } }]', /models\[0\].model.lora: must be a mapping, got "b"/],
    ['merge_method: linear\nmodels: [{ model: 3 }]', /models\[0\].model: must be a text, got 3/],
    [`${models}merge_method: linear\ndtype: float8`, /dtype: must be one of float32, float16, bfloat16, float64, got "float8"/],
    ['merge_method: passthrough\nslices: [{ sources: [{ model: a, layer_range: [4, 2] }] }]', /layer_range: must be \[first layer, first layer behind\], got \[4,2\]/],
    ['merge_method: linear\nslices: [{ sources: [{ model: a, layer_range: [0, 2] }, { model: b, layer_range: [0, 3] }] }]', /layer_range must have as many layers in every source, got 2, 3/],
    [`${models}merge_method: linear\ntokenizer: { source: base, tokens: { x: 1 } }`, /tokenizer.tokens: is not supported/],
    [`${models}merge_method: linear\nparameters: { weight: { filter: mlp, value: 1 } }`, /parameters.weight: filters must be a list: \[\{ filter, value \}, …\], got one by itself/],
    [`${models}merge_method: linear\nchat_template: chatml`, /chat_template: must be auto or the template itself in Jinja .*, names of templates are not supported, got "chatml"/],
    ['merge_method: [linear', /recipe: .*line/],
  ])('refuses %j', (text, message) => {
    expect(() => parseRecipe(text)).toThrow(message);
  });
});

describe('forms of mergekit', () => {
  it('are read: merge keys of YAML, a tokenizer by path in all its forms', () => {
    const [recipe] = parseRecipe('merge_method: linear\nmodels:\n  - model: a\n    parameters: &p { weight: 0.5 }\n  - { model: b, parameters: { <<: *p, normalize: false } }\n');
    expect(recipe!.modules).toMatchObject([{ models: [{ parameters: { weight: 0.5 } }, { parameters: { weight: 0.5, normalize: false } }] }]);
    for (const tokenizer of ['tokenizer: { source: { model: { path: m } } }', 'tokenizer: { source: m }', 'tokenizer_source: model:m', 'tokenizer_source: m']) {
      expect(parseRecipe(`${models}merge_method: linear\n${tokenizer}`)[0]!.tokenizerSource).toBe('m');
    }
  });
});

describe('a model with an adapter', () => {
  it("is read in both forms of mergekit's", () => {
    const [recipe] = parseRecipe('merge_method: linear\nmodels: [{ model: a+lora }, { model: { model: { path: a }, lora: { path: b } } }, { model: { model: { path: c } } }]');
    expect(recipe!.modules).toMatchObject([{ models: [{ model: 'a+lora' }, { model: 'a+b' }, { model: 'c' }] }]);
  });
});

describe('layered', () => {
  it('asks the next level for what the first does not say', () => {
    expect(layered({ a: 1 }, { a: 2, b: 3 })).toEqual({ a: 1, b: 3 });
    expect(layered({ a: [{ filter: 'mlp', value: 1 }] }, {}, { a: 2 })).toEqual({ a: [{ filter: 'mlp', value: 1 }, { value: 2 }] });
    expect(layered({ a: { 'x.*': 1 } }, { a: [0, 1] })).toEqual({ a: { 'x.*': 1, '*': [0, 1] } });
    expect(layered({ a: { '*': 1 } }, { a: 2 })).toEqual({ a: { '*': 1 } });
    expect(layered({ a: [0, 1] }, { a: 2 })).toEqual({ a: [0, 1] });
  });
});
