import { describe, expect, it } from 'vitest';
import { parseGolden } from './golden-file.ts';

const whole = {
  name: 'two', system: 'demo', family: 'sum', source: 'by hand', note: '', params: { k: 2 },
  inputs: { x: { shape: [2, 2], dtype: 'float32', data: [1, 2, 3, 4.5] }, mode: 'mean' },
  outputs: { y: { shape: [], dtype: 'float64', data: [10.5] }, n: 4, ok: true, rows: [[1, 2], [3, 4]], grads: { w: { shape: [1], dtype: 'int32', data: [7] } }, parts: [{ shape: [1], dtype: 'uint8', data: [255] }] },
  tolerance: { rtol: 1e-4, atol: 0 },
};

const parse = (json: object): ReturnType<typeof parseGolden> => parseGolden(JSON.stringify(json), 'demo', 'demo/two.json');
const withX = (x: object): object => ({ ...whole, inputs: { x: { ...whole.inputs.x, ...x } } });

describe('parseGolden', () => {
  it('reads tensors by their dtype and passes the rest as it is', () => {
    const { inputs, params, family, tolerance } = parse(whole);
    expect(inputs['x']).toEqual({ dtype: 'float32', shape: [2, 2], data: new Float32Array([1, 2, 3, 4.5]) });
    expect(inputs['mode']).toBe('mean');
    expect({ params, family, tolerance }).toEqual({ params: { k: 2 }, family: 'sum', tolerance: { rtol: 1e-4, atol: 0 } });
  });

  it('takes outputs apart: tensors, numbers, booleans, lists, records and lists of tensors', () => {
    const flat = [...parse(whole).outputs].map(([key, { values, shape }]) => [key, Array.from(values), shape]);
    expect(flat).toEqual([['y', [10.5], []], ['n', [4], undefined], ['ok', [1], undefined], ['rows', [1, 2, 3, 4], undefined], ['grads.w', [7], [1]], ['parts.0', [255], [1]]]);
  });

  it('reads NaN and infinities as Python writes them, and leaves strings alone', () => {
    const text = JSON.stringify({ ...whole, note: 'NaN, "Infinity"' }).replace('4.5', 'NaN').replace('[1,2,', '[-Infinity,Infinity,');
    expect(Array.from(parseGolden(text, 'demo', 'f').inputs['x'].data as Float32Array)).toEqual([-Infinity, Infinity, 3, NaN]);
  });

  it('holds int64 as int32 and truth values as 0 and 1', () => {
    const { inputs } = parse({ ...whole, inputs: { i: { shape: [2], dtype: 'int64', data: [-1, 5] }, b: { shape: [3], dtype: 'bool', data: [true, 0, 1] } } });
    expect(inputs).toEqual({ i: { dtype: 'int32', shape: [2], data: new Int32Array([-1, 5]) }, b: { dtype: 'bool', shape: [3], data: new Uint8Array([1, 0, 1]) } });
  });

  it('lets probs stand in for logits, as logarithms', () => {
    const probs = { shape: [1, 3], dtype: 'float64', data: [0.25, 0.75, 0] };
    const { inputs } = parse({ ...whole, inputs: { probs } });
    expect(Array.from(inputs['logits'].data as Float64Array, Math.exp)).toEqual([0.25, 0.75, expect.closeTo(0, 300)]);
    expect(inputs['probs'].data).toEqual(new Float64Array(probs.data));
    expect(parse({ ...whole, inputs: { probs, logits: whole.inputs.x } }).inputs['logits'].data).toHaveLength(4);
  });

  it('names file and field of what is wrong', () => {
    for (const key of ['name', 'system', 'family', 'source', 'params', 'inputs', 'outputs', 'tolerance']) {
      expect(() => parse({ ...whole, [key]: undefined }), key).toThrow(`demo/two.json: field '${key}' must be`);
    }
    expect(() => parse({ ...whole, outputs: {} })).toThrow("demo/two.json: field 'outputs' must be an object that is not empty, got {}");
    expect(() => parse({ ...whole, system: 'other' })).toThrow("field 'system' must be 'demo', got \"other\"");
    expect(() => parse({ ...whole, tolerance: { rtol: -1, atol: 0 } })).toThrow('demo/two.json: tolerance.rtol must be a number >= 0, got -1');
    expect(() => parseGolden(JSON.stringify(whole).slice(0, 200), 'demo', 'demo/two.json')).toThrow(/^demo\/two\.json: must be JSON, /);
    expect(() => parseGolden('[]', 'demo', 'demo/two.json')).toThrow('demo/two.json: must be a JSON object');
    expect(() => parse(withX({ shape: [3] }))).toThrow('demo/two.json: inputs.x: data must have 3 elements (shape [3]), got 4');
    expect(() => parse(withX({ shape: [-1] }))).toThrow('inputs.x: shape must be a list of whole numbers >= 0, got [-1]');
    expect(() => parse(withX({ dtype: 'complex64' }))).toThrow('inputs.x: dtype must be one of float64, float32');
    expect(() => parse(withX({ dtype: 'int32' }))).toThrow('inputs.x: data[3] must be a int32, got 4.5');
    expect(() => parse(withX({ dtype: 'uint8', data: [0, 255, 256, 1] }))).toThrow('inputs.x: data[2] must be a uint8, got 256');
    expect(() => parse(withX({ dtype: 'bool', data: [0, 1, 2, 1] }))).toThrow('inputs.x: data[2] must be a bool, got 2');
    expect(() => parse(withX({ data: [1, 2, null, 4] }))).toThrow('inputs.x: data[2] must be a float32, got null');
    expect(() => parse({ ...whole, outputs: { y: 'seven' } })).toThrow('demo/two.json: outputs.y: must be numbers, a tensor, or lists and records of them, got seven');
    expect(() => parse({ ...whole, outputs: { y: { shape: [2], dtype: 'float32', data: [1] } } })).toThrow('demo/two.json: outputs.y: data must have 2 elements');
  });
});
