import { describe, expect, it } from 'vitest';
import { flag, oneOf, real, share, whole } from './parameter-spec.ts';
import { checkParameters, resolveParameter, resolveParameters } from './resolve-parameter.ts';

describe('resolveParameter', () => {
  it('gives one value as it is', () => {
    for (const value of [0.3, true, 'mean']) expect(resolveParameter(value, 'a.b', 0.7)).toBe(value);
  });

  it('reads a gradient between its numbers', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((at) => resolveParameter([0, 1, 0.5], 'x', at))).toEqual([0, 0.5, 1, 0.75, 0.5]);
    expect(resolveParameter([0.4], 'x', 0.9)).toBe(0.4);
    expect(() => resolveParameter([], 'x')).toThrow('resolveParameter: a gradient must have at least one number, got none for x');
    expect(() => resolveParameter([0, 1], 'x', 1.5)).toThrow('resolveParameter: layerPosition must be in [0, 1], got 1.5');
  });

  it('takes the first filter whose text is in the name', () => {
    const value = [{ filter: 'self_attn', value: [0, 1] }, { filter: 'mlp', value: 0.2 }, { value: 0.5 }];
    expect(resolveParameter(value, 'layers.3.self_attn.q', 0.25)).toBe(0.25);
    expect(resolveParameter(value, 'layers.3.mlp.up', 0.25)).toBe(0.2);
    expect(resolveParameter(value, 'norm', 0.25)).toBe(0.5);
    expect(resolveParameter([{ filter: 'mlp', value: 1 }], 'norm')).toBeUndefined();
    expect(resolveParameter([{ filter: '*', value: 1 }], 'norm')).toBe(1);
  });

  it('takes the first glob that fits', () => {
    const value = { 'layers.?.bias': 0, 'layers.*': [1, 2], '*': 3 };
    expect(resolveParameter(value, 'layers.3.bias', 1)).toBe(0);
    expect(resolveParameter(value, 'layers.31.bias', 0.5)).toBe(1.5);
    expect(resolveParameter(value, 'head', 0.5)).toBe(3);
    expect(resolveParameter({ 'a.b': 1 }, 'axb')).toBeUndefined();
  });
});

const method = { name: 'demo', parameters: { weight: real('model', 1), lambda: share('tensor', 0.5), rule: oneOf('merge', ['a', 'b'], 'a'), steps: whole('tensor'), on: flag('tensor', true) } };

describe('resolveParameters', () => {
  it('takes those of a model before those of all, and the fallback last', () => {
    const given = { parameters: { weight: 2, steps: 3 }, perModel: [{ weight: { 'a*': 7 } }, {}] };
    expect(resolveParameters(method, given, 2, 'abc')).toEqual({ weight: [7, 2], lambda: 0.5, rule: 'a', steps: 3, on: true });
    expect(resolveParameters(method, given, 2, 'b').weight).toEqual([2, 2]);
  });

  it('says which parameter of which tensor is wrong', () => {
    expect(() => resolveParameters(method, {}, 1, 'x')).toThrow('demo: steps must be a whole number >= 0, got nothing for x');
    expect(() => resolveParameters(method, { parameters: { steps: 1, lambda: 2 } }, 1, 'x')).toThrow('demo: lambda must be in [0, 1], got 2 for x');
    expect(() => resolveParameters(method, { parameters: { steps: 1, rule: 'c' } }, 1, 'x')).toThrow('demo: rule must be one of a, b, got "c" for x');
    expect(() => resolveParameters(method, { parameters: { steps: 1, weight: Infinity } }, 1, 'x')).toThrow('demo: weight must be a finite number, got Infinity for x');
  });

  it('refuses parameters that are none, or in the wrong place', () => {
    expect(() => checkParameters(method, { parameters: { densty: 1 } }, 1)).toThrow('demo: parameter must be one of weight, lambda, rule, steps, on, got densty');
    expect(() => checkParameters(method, { perModel: [{ lambda: 1 }] }, 1)).toThrow('demo: lambda must be given for all models together, got it for one');
    expect(() => checkParameters(method, { perModel: [{}] }, 2)).toThrow('demo: perModel must have one entry for each of 2 models, got 1');
    expect(() => checkParameters(method, { parameters: { rule: { '*': 'a' } } }, 1)).toThrow('demo: rule must be one value for all tensors, got {"*":"a"}');
  });
});
