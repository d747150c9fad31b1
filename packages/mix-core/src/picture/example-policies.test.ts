import { readFileSync } from 'node:fs';
import { compile } from '@mixwell/autodiff';
import { createRng, type HostTensor, hostTensor, uniform } from '@mixwell/tensor';
import { oneBackEnd, plainAnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import * as root from '../index.ts';
import { applyPlan, type Batch, checkPlan, examplePolicies, mixGrid, type Plan, planFromJson, planToJson } from '../index.ts';
import { tapCount } from '../plan/taps.ts';
import { applyMix, lower, type Mix, mixTargets } from '../tf.ts';

const [rows, height, width] = [6, 16, 32];
const maps = (...shape: number[]): HostTensor<'float32'> => {
  const rng = createRng(2);
  return hostTensor('float32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => uniform(rng)));
};
const images = drawnImages(1, [rows, height, width, 3]);
const batch: Batch = {
  rows, height, width, images, step: 0,
  labels: [0, 1, 2, 3, 4, 5], targets: hostTensor('float32', [rows, 1], Float32Array.from({ length: rows }, (_, i) => i / 8)),
  saliency: maps(rows, height, width), attention: maps(rows, 4, 8),
};
const examples = examplePolicies().map(({ name, policy }) => ({ name, draw: (seed: number): Plan => policy(createRng(seed), batch) }));
const tensorOf = ({ data, shape }: HostTensor<'float32'>): tf.Tensor => tf.tensor(data, [...shape], 'float32');

/** Functions of policies, not policies of their own. */
const combinators = ['atStage', 'definePolicy', 'choosePolicy', 'earlyStop', 'oneOf', 'rounds', 'schedule', 'withProbability'];

/** Exported functions that give a policy, or a kind of one, by their declarations; policies that are constants too. */
function policyMakers(): string[] {
  const index = readFileSync(new URL('../index.ts', import.meta.url), 'utf8');
  const sources = Array.from(index.matchAll(/from '(.+)'/g), ([, file]) => readFileSync(new URL(`../${file!}`, import.meta.url), 'utf8')).join('\n');
  const kinds = ['Policy', ...Array.from(sources.matchAll(/interface (\w+) extends Policy\b/g), ([, name]) => name!)].join('|');
  const functions = Array.from(sources.matchAll(/^export function (\w+)\(/gm), ({ 1: name, index: at }) => ({ name: name!, head: sources.slice(at, sources.indexOf(' {\n', at)) }));
  const makers = functions.filter(({ head }) => new RegExp(`\\): (${kinds})$`).test(head)).map(({ name }) => name);
  const constants = Array.from(sources.matchAll(new RegExp(`^export const (\\w+): (${kinds}) =`, 'gm')), ([, name]) => name!);
  return [...new Set([...makers, ...constants])].filter((name) => name in root);
}

it('every exported policy is among the examples, under its name', () => {
  const known = [...examples.map(({ name }) => name), ...combinators];
  expect(policyMakers().toSorted()).toEqual(known.toSorted());
});

describe.each(examples)('$name', ({ draw }) => {
  it('draws valid plans, the same from the same seed, that go to JSON and back', () => {
    for (let seed = 0; seed < 3; seed++) {
      const plan = draw(seed);
      checkPlan(plan);
      expect(draw(seed)).toEqual(plan);
      expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
    }
  });

  it('can be drawn as a picture, but for features', () => {
    const plan = draw(1);
    if (plan.kind === 'scalar' && plan.aligned !== undefined) expect(() => mixGrid(plan, images)).toThrow('plan.aligned needs the features');
    else expect(mixGrid(plan, images, { count: 2 }).cells).toHaveLength(2 * (plan.k + 2));
  });
});

describe.each(plainAnd(BACKEND_NAME))('on %s', (backend) => {
  beforeAll(async () => { await tf.setBackend(backend); });

  it.each(examples)('$name mixes tensors as it does plain arrays', ({ draw }) => {
    for (const plan of [draw(1), draw(2)]) {
      if (plan.kind === 'scalar' && plan.aligned !== undefined) continue; // features only
      const wanted = applyPlan(plan, images).data;
      tf.tidy(() => {
        const mixed = applyMix(lower(plan, plan.kind === 'scalar' ? {} : { shape: [plan.rows, height, width] }), tensorOf(images)).dataSync<'float32'>();
        expect(mixed.filter((value, i) => !(Math.abs(value - wanted[i]!) <= Math.abs(wanted[i]!) * 2 ** -23))).toEqual(new Float32Array(0)); // 1 ulp
      });
    }
  });
});

describe.skipIf(oneBackEnd)('compiled', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  it('one step serves all draws of all policies, but for another number of rows, sources or pixels to read', () => {
    let traces = 0;
    const step = compile((mix: Mix, x: tf.Tensor, y: tf.Tensor) => {
      traces += 1;
      return { x: applyMix(mix, x), y: mixTargets(mix, y) };
    });
    const forms = new Set<string>();
    tf.tidy(() => {
      const [x, features, y] = [tensorOf(images), tensorOf(drawnImages(3, [rows, 2, 4, 3])), tf.eye(rows)];
      for (const { draw } of examples) {
        for (let seed = 0; seed < 4; seed++) {
          const plan = draw(seed);
          const aligned = plan.kind === 'scalar' && plan.aligned !== undefined;
          forms.add([plan.rows, plan.k, aligned ? 'aligned' : tapCount(plan) ?? 'in place'].join());
          step(lower(plan, { shape: aligned ? [plan.rows] : [plan.rows, height, width] }), aligned ? features : x, y);
        }
      }
    });
    expect(forms.size).toBeLessThan(examples.length / 2);
    expect(traces).toBe(forms.size);
  });
});
