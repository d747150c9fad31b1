import '@tensorflow/tfjs-backend-cpu';
import { convNetD, fromDisk, lenet, mlp, type Model, resnet18, resnet50, resnext29, toDisk, type Variables, vit, wideResNet } from '@mixwell/models';
import { createRng, type HostTensor, normal, permutation, type StateDict, stateDict, toHost } from '@mixwell/tensor';
import { randomNormal, toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mergeStateDicts } from '../merge-state-dicts.ts';
import { activationMatching } from './activation-matching.ts';
import { assign, gain } from './assign.ts';
import { convNetPermutations, lenetPermutations, mlpPermutations, resnetPermutations, vitPermutations, wideResNetPermutations } from './network-specs.ts';
import { countOf, type Layout, type PermutationSpec, unitsOf } from './permutation-spec.ts';
import { permuteUnits } from './permute-units.ts';
import { weightMatching } from './weight-matching.ts';

type Case = readonly [name: string, make: () => Model, spec: (layout: Layout) => PermutationSpec];

const image = { inputShape: [8, 6, 3], classes: 4 } as const;
const cases: readonly Case[] = [
  ['mlp', () => mlp({ ...image, hidden: [9, 7, 5] }), (layout) => mlpPermutations({ hidden: 3, layout })],
  ['lenet', () => lenet({ inputShape: [28, 28, 1], classes: 4 }), (layout) => lenetPermutations({ layout })],
  ...(['batch', 'instance', 'layer', 'none'] as const).map((norm): Case => [`convnet with norm ${norm}`, () => convNetD({ ...image, width: 8, depth: 2, norm }), (layout) => convNetPermutations({ depth: 2, norm, layout })]),
  ['convnet without pooling', () => convNetD({ ...image, width: 4, depth: 2, pooling: 'none' }), (layout) => convNetPermutations({ depth: 2, pooling: 'none', layout })],
  ['resnet18', () => resnet18({ ...image, width: 3 }), (layout) => resnetPermutations('resnet18', { layout })],
  ['resnext29', () => resnext29({ ...image, width: 4, cardinality: 4, widthPerGroup: 32 }), (layout) => resnetPermutations('resnext29', { cardinality: 4, layout })],
  ['wideresnet', () => wideResNet({ ...image, depth: 16, widen: 2, width: 3 }), (layout) => wideResNetPermutations({ depth: 16, widen: 2, layout })],
  ['wideresnet as thin as a ResNet', () => wideResNet({ ...image, depth: 10, widen: 1, width: 4 }), (layout) => wideResNetPermutations({ depth: 10, widen: 1, layout })],
  ['vit', () => vit({ ...image, patch: 2, dim: 12, heads: 3, depth: 2 }), (layout) => vitPermutations({ heads: 3, depth: 2, layout })],
  ['vit without class token', () => vit({ ...image, patch: 2, dim: 8, heads: 2, depth: 1, classToken: false }), (layout) => vitPermutations({ heads: 2, depth: 1, classToken: false, layout })],
  ['distilled vit', () => vit({ ...image, patch: 2, dim: 8, heads: 4, depth: 1, distilled: true }), (layout) => vitPermutations({ heads: 4, depth: 1, distilled: true, layout })],
  ['resnet50', () => resnet50({ ...image, width: 2 }), (layout) => resnetPermutations('resnet50', { layout })],
];

/** Values that no two units share, norms included. */
function drawn(model: Model): Variables {
  const vars = model.init(createRng(1));
  const draw = (dict: StateDict<tf.Tensor>) => stateDict(Object.entries(dict).map(([name, value]): [string, tf.Tensor] => [
    name, value.rank > 1 && new Set(value.dataSync()).size > 1 ? value : tf.add(name.endsWith('.bias') ? 0 : 1, randomNormal(createRng(7).split(name), value.shape, 0, 0.1)),
  ]));
  return { params: draw(vars.params), buffers: draw(vars.buffers) };
}

const hostOf = ({ params, buffers }: Variables): StateDict<HostTensor> => stateDict(Object.entries({ ...params, ...buffers }).map(([name, value]) => [name, toHost(value)]));
const varsOf = (model: Model, dict: StateDict<HostTensor>): Variables => {
  const part = (kind: 'parameter' | 'buffer') => stateDict(model.variables.filter((variable) => variable.kind === kind).map(({ name }): [string, tf.Tensor] => [name, toTf(dict[name]!)]));
  return { params: part('parameter'), buffers: part('buffer') };
};

/** A random order for each set of units. */
function shuffled(spec: PermutationSpec, dict: StateDict<HostTensor>): Record<string, Int32Array> {
  const sizes = new Map<string, number>();
  for (const [name, axes] of Object.entries(spec)) axes.forEach((entry, axis) => {
    const units = unitsOf(entry);
    if (units !== null) sizes.set(units, Math.min(sizes.get(units) ?? Infinity, countOf(entry, dict[name]!.shape[axis]!)));
  });
  return Object.fromEntries([...sizes].map(([units, size]) => [units, Int32Array.from(permutation(createRng(2).split(units), size))]));
}

const inverse = (order: Int32Array): Int32Array => Int32Array.from(order, (_, u) => order.indexOf(u));

describe('alignment', () => {
  beforeAll(async () => { await tf.setBackend('cpu'); });

  for (const [name, make, specOf] of cases) {
    it(`${name}: reordered units compute the same, are found again exactly, and their average is the network`, () => {
      const model = make();
      const [vars, spec] = [drawn(model), specOf('memory')];
      const a = hostOf(vars);
      expect(Object.keys(spec).sort()).toEqual(Object.keys(a).sort());
      const orders = shuffled(spec, a);
      const b = permuteUnits(spec, a, orders);
      expect(Object.keys(a).filter((key) => a[key]!.data.some((value, e) => value !== b[key]!.data[e])).length).toBeGreaterThan(Object.keys(a).length / 2);
      const x = randomNormal(createRng(5), [3, ...model.inputShape], 0, 1);
      const logits = (dict: StateDict<HostTensor>): number[] => Array.from(model.run(varsOf(model, dict), x).y.dataSync());
      const scale = Math.max(...logits(a).map(Math.abs));
      logits(b).forEach((value, i) => expect(Math.abs(value - logits(a)[i]!)).toBeLessThan(1e-4 * scale));

      const found = weightMatching({ spec, a, b, rng: createRng(3) });
      for (const [units, order] of Object.entries(orders)) expect(found[units]).toEqual(inverse(order));
      expect(permuteUnits(spec, b, found)).toEqual(a);
      const { merged } = mergeStateDicts('linear', { models: [a, permuteUnits(spec, b, found)], batchNorm: 'average' });
      for (const key of Object.keys(a)) expect(merged[key]!.data).toEqual(a[key]!.data);

      const disk = toDisk(model, vars);
      const moved = permuteUnits(specOf('disk'), disk, orders);
      for (const [key, { data }] of Object.entries(hostOf(fromDisk(model, moved)))) expect(data).toEqual(b[key]!.data);
    }, 30_000);
  }

  it('leaves nothing that one set of units could improve, and comes closer than no matching', () => {
    const model = mlp({ inputShape: [12], classes: 3, hidden: [10, 8] });
    const [a, b] = [4, 5].map((seed) => hostOf(model.init(createRng(seed)))) as [StateDict<HostTensor>, StateDict<HostTensor>];
    const spec = mlpPermutations({ hidden: 2 });
    const far = (dict: StateDict<HostTensor>): number => Object.entries(a).reduce((sum, [key, { data }]) => sum + Array.from(data as Float32Array).reduce((s, v, e) => s + (v - Number(dict[key]!.data[e])) ** 2, 0), 0);
    const found = weightMatching({ spec, a, b, rng: createRng(0) });
    const best = far(permuteUnits(spec, b, found));
    expect(best).toBeLessThan(far(b));
    const rng = createRng(9);
    for (let trial = 0; trial < 200; trial++) {
      for (const [units, order] of Object.entries(found)) {
        const swap = Int32Array.from(order);
        const [i, j] = Array.from(permutation(rng, order.length)).slice(0, 2) as [number, number];
        [swap[i], swap[j]] = [swap[j]!, swap[i]!];
        expect(far(permuteUnits(spec, b, { ...found, [units]: swap }))).toBeGreaterThanOrEqual(best - 1e-9);
      }
    }
  });

  it('matches by activations what was permuted, also scaled and with noise', () => {
    const rng = createRng(6);
    const [samples, units] = [60, 11];
    const a: HostTensor<'float64'> = { dtype: 'float64', shape: [samples, units], data: Float64Array.from({ length: samples * units }, () => normal(rng)) };
    const order = Int32Array.from(permutation(rng, units));
    const b = { ...a, data: a.data.map((_, e) => 3 * a.data[Math.floor(e / units) * units + order[e % units]!]! + 0.1 * normal(rng) + 5) };
    expect(activationMatching({ fc1: a }, { fc1: b })).toEqual({ fc1: inverse(order) });
    expect(() => activationMatching({ fc1: a }, {})).toThrow('activationMatching: fc1 must be [samples, units] and of one shape in a and b, got [60, 11] and none');
  });

  it('assigns best: no order of six is better, whatever the signs', () => {
    const rng = createRng(8);
    const orders = (rest: readonly number[]): number[][] => (rest.length === 0 ? [[]] : rest.flatMap((first) => orders(rest.filter((x) => x !== first)).map((order) => [first, ...order])));
    const all = orders([0, 1, 2, 3, 4, 5]);
    for (let trial = 0; trial < 20; trial++) {
      const similarity = Float64Array.from({ length: 36 }, () => normal(rng) - trial % 3);
      expect(gain(similarity, assign(similarity, 6))).toBeCloseTo(Math.max(...all.map((order) => gain(similarity, order))), 9);
    }
  });

  it('says what is wrong', () => {
    const dict = (shape: readonly number[]): StateDict<HostTensor> => ({ w: { dtype: 'float32', shape, data: new Float32Array(shape.reduce((x, y) => x * y, 1)) } });
    const spec = { w: [null, 'h'] };
    expect(() => weightMatching({ spec, a: dict([2, 3]), b: dict([3, 2]), rng: createRng(0) })).toThrow('weightMatching: w must have 2 axes and one shape in a and b, got [2, 3] and [3, 2]');
    expect(() => weightMatching({ spec, a: dict([2, 3]), b: {}, rng: createRng(0) })).toThrow('weightMatching: w must have 2 axes and one shape in a and b, got [2, 3] and none');
    expect(() => permuteUnits(spec, dict([2, 3]), { h: [0, 0, 1] })).toThrow('permuteUnits: order of h must be a permutation of 0 … 2');
    expect(() => permuteUnits(spec, dict([2, 3]), { h: [1, 0] })).toThrow('alignment: axis 1 of w must have a multiple of 2 elements, got shape [2, 3]');
  });
});
