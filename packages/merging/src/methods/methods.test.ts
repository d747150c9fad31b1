import type { HostTensor, StateDict } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { distance, family } from '../fixtures.ts';
import { mergeStateDicts, type MergeStateDictsOptions } from '../merge-state-dicts.ts';
import type { Scan, Statistics, TensorInputs } from '../method.ts';
import { resolveParameters } from '../parameters/resolve-parameter.ts';
import { type MethodName, methodNamed, methods } from './methods.ts';

type Options = Pick<MergeStateDictsOptions, 'parameters' | 'companions'>;

/** What a method needs beyond base and models, and how many of them. */
const needs: Partial<Record<MethodName, Options & { readonly models?: number }>> = {
  slerp: { models: 2, parameters: { t: 0.3 } },
  nuslerp: { models: 2 },
  nearswap: { models: 1, parameters: { t: 0.05 } },
  arcee_fusion: { models: 1 },
  passthrough: { models: 1 },
  ties: { parameters: { density: 0.4 } },
  ties_authors: { parameters: { density: 0.4 } },
  dare_linear: { parameters: { density: 0.6, seed: 3 } },
  dare_ties: { parameters: { density: 0.6, seed: 3, rescale: 'probability' } },
  della: { parameters: { density: 0.5, seed: 3 } },
  della_linear: { parameters: { density: 0.5, seed: 3, rescale: 'probability' } },
  breadcrumbs: { parameters: { density: 0.5, gamma: 0.1 } },
  breadcrumbs_ties: { parameters: { density: 0.5 } },
  sce: { parameters: { select_topk: 0.5 } },
  fisher: {},
};
const names = Object.keys(methods) as MethodName[];

/** Positive values of the shapes of a dict; for RegMean Gram matrices of its matrices. */
function companionsOf(name: MethodName, models: readonly StateDict<HostTensor>[]): Options {
  const square = (dict: StateDict<HostTensor>) => Object.fromEntries(Object.entries(dict).map(([key, x]): [string, HostTensor] => [key, { ...x, data: (x.data as Float32Array).map((v) => v * v) } as HostTensor]));
  const gram = (dict: StateDict<HostTensor>) => Object.fromEntries(Object.entries(dict).map(([key, { shape }], k): [string, HostTensor] => {
    const [n] = shape;
    return [key, { dtype: 'float32', shape: [n ?? 0, n ?? 0], data: Float32Array.from({ length: (n ?? 0) ** 2 }, (_, e) => (e % (n! + 1) === 0 ? 2 + k : 0.1)) }];
  }));
  if (name === 'fisher') return { companions: models.map(square) };
  return name === 'regmean' ? { companions: models.map(gram) } : {};
}

function optionsOf(name: MethodName, seed: number, dtype: 'float32' | 'float64' = 'float32'): MergeStateDictsOptions {
  const { models: count = 3, ...rest } = needs[name] ?? {};
  const { base, models } = family(seed, count, dtype);
  return { ...(methodNamed(name).base !== 'none' && { base }), models, ...rest, ...companionsOf(name, models) };
}

describe.each(names)('%s', (name) => {
  it('gives the same in float32 as in float64, but for rounding', () => {
    const single = mergeStateDicts(name, optionsOf(name, 1)).merged;
    const double = mergeStateDicts(name, { ...optionsOf(name, 1), arithmetic: 'float64', dtype: 'float64' }).merged;
    expect(distance(single, double)).toBeLessThan(2e-6);
    expect(Object.values(single).every(({ data }) => (data as Float32Array).every(Number.isFinite))).toBe(true);
  });

  it('gives the same whatever the order of the tensors', () => {
    const options = optionsOf(name, 2);
    const turn = (dict: StateDict<HostTensor>) => Object.fromEntries(Object.entries(dict).reverse());
    const turned = { ...options, ...(options.base && { base: turn(options.base) }), models: options.models.map(turn) };
    expect(distance(mergeStateDicts(name, options).merged, mergeStateDicts(name, turned).merged)).toBe(0);
  });

  it('leaves its inputs as they are', () => {
    const options = optionsOf(name, 3);
    const copy = structuredClone(options.models);
    mergeStateDicts(name, options);
    expect(options.models.map((model, i) => distance(model, copy[i]!))).toEqual(options.models.map(() => 0));
  });
});

/** Runs scans over pieces of tensors, in the order given, each into a partial of its own. */
function scanPieces(scans: readonly Scan[], pieces: readonly TensorInputs[]): Statistics {
  let found: Statistics = {};
  for (const { name, start, fold, combine, finish } of scans) {
    const all = start(pieces[0]!.models.length, found);
    for (const piece of pieces) {
      const partial = structuredClone(start(pieces[0]!.models.length, found));
      fold(partial, piece, found);
      combine(all, structuredClone(partial)); // workers hand them over so
    }
    found = { ...found, [name]: structuredClone(finish(all, found)) };
  }
  return found;
}

const cut = (inputs: TensorInputs, from: number, to: number): TensorInputs => ({
  ...inputs, offset: from, ...(inputs.base && { base: inputs.base.subarray(from, to) }), models: inputs.models.map((model) => model.subarray(from, to)),
  ...(inputs.companions && { companions: inputs.companions.map((x) => x.subarray(from, to)) }),
});

describe('ranges of tensors', () => {
  const elementwise = names.filter((name) => methodNamed(name).elementwise(resolveParameters(methodNamed(name), { parameters: { t: 0.1, seed: 1, ...needs[name]?.parameters } }, 3, 'x')));

  it('are what these methods merge', () => {
    expect(elementwise).toEqual(['linear', 'task_arithmetic', 'ties_authors', 'dare_ties', 'ram', 'nearswap', 'passthrough', 'pcb', 'fisher']);
  });

  it.each(elementwise)('%s: merged one by one, scanned in any order, give the same bit for bit', (name) => {
    const method = methodNamed(name);
    const { base, models, companions, ...options } = optionsOf(name, 4);
    const values = (dict: StateDict<HostTensor>, key: string) => dict[key]!.data as Float32Array;
    const tensors = Object.keys(models[0]!).filter((key) => values(models[0]!, key).length > 0).map((key): TensorInputs => ({
      name: key, shape: models[0]![key]!.shape, offset: 0, ...(base && { base: values(base, key) }), models: models.map((model) => values(model, key)),
      ...(companions && { companions: companions.map((dict) => values(dict, key)) }),
    }));
    const pieces = tensors.flatMap((inputs) => {
      const size = inputs.models[0]!.length;
      const cuts = [...new Set([0, Math.floor(size / 7), Math.floor(size / 3), size])];
      return cuts.slice(1).map((to, k) => cut(inputs, cuts[k]!, to));
    });
    const { merged } = mergeStateDicts(name, { ...(base && { base }), models, ...(companions && { companions }), ...options });
    const parametersOf = (key: string) => resolveParameters(method, options, models.length, key, 0);
    const statistics = scanPieces(method.scans?.(parametersOf('x')) ?? [], pieces.toReversed());
    for (const piece of pieces) {
      const out = new Float32Array(piece.models[0]!.length);
      method.merge(piece, parametersOf(piece.name), statistics, out);
      expect(Array.from(out)).toEqual(Array.from(values(merged, piece.name).subarray(piece.offset, piece.offset + out.length)));
    }
  });
});

describe('the order of the models', () => {
  const symmetric = names.filter((name) => (needs[name]?.models ?? 3) === 3 && !/^(dare|della)/.test(name));
  it.each([...symmetric, 'nuslerp' as const])('%s: does not matter but for rounding', (name) => {
    const options = optionsOf(name, 5);
    const perModel = name === 'linear' || name === 'nuslerp' || name === 'ties' ? options.models.map((_, i) => ({ weight: 1 + i })) : undefined;
    const turned = { ...options, models: options.models.toReversed(), ...(options.companions && { companions: options.companions.toReversed() }), ...(perModel && { perModel: perModel.toReversed() }) };
    expect(distance(mergeStateDicts(name, { ...options, ...(perModel && { perModel }) }).merged, mergeStateDicts(name, turned).merged)).toBeLessThan(1e-6);
  });
});

describe('a model merged with itself', () => {
  it.each(['linear', 'slerp', 'nuslerp', 'multislerp', 'karcher', 'model_stock', 'fisher', 'regmean', 'ties', 'ties_authors', 'passthrough', 'ram', 'sce'] as const)('%s: returns it', (name) => {
    const options = optionsOf(name, 6);
    const models = options.models.map(() => options.models[0]!);
    const dense = name === 'ties' || name === 'ties_authors' ? { parameters: { density: 1 } } : name === 'sce' ? { parameters: { select_topk: 1 } } : {};
    expect(distance(mergeStateDicts(name, { ...options, ...dense, models }).merged, models[0]!)).toBeLessThan(2e-6);
  });

  it.each(['multislerp', 'nuslerp', 'model_stock', 'pcb', 'ties', 'dare_linear', 'della', 'task_arithmetic'] as const)('%s: the base merged with itself stays the base', (name) => {
    const options = optionsOf(name, 7);
    const { base } = family(7, 1);
    expect(distance(mergeStateDicts(name, { ...options, base, models: options.models.map(() => base) }).merged, base)).toBeLessThan(1e-7);
  });
});
