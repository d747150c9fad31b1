import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as merging from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('names every function that is exported, and every method with its parameters', () => {
    for (const name of Object.keys(merging)) expect(readme, name).toMatch(new RegExp(`\`[^\`]*\\b${name}\\b`));
    for (const [name, { parameters }] of Object.entries(merging.methods)) {
      const row = readme.split('\n').find((line) => line.startsWith('| ') && line.split('|')[1]!.includes(`\`${name}\``))!;
      expect(row, name).toBeDefined();
      const own = Object.keys(parameters).filter((key) => !['weight', 'lambda', 'normalize', 'density', 'rescale', 'seed', 'epsilon'].includes(key));
      for (const key of own) if (key !== 'gamma' || row.includes('breadcrumbs')) expect(row, `${name}: ${key}`).toContain(`\`${key}\``);
    }
  });

  it('computes what its example says', () => {
    const tensor = (...values: number[]) => ({ 'fc.weight': { dtype: 'float32', shape: [1, 5], data: Float32Array.from(values) } }) as const;
    const base = tensor(0, 0, 0, 0, 0);
    const models = [tensor(0.4, -0.2, 0.1, 0.05, -0.3), tensor(0.2, 0.3, 0, -0.1, -0.1)];
    const { merged } = merging.mergeStateDicts('pcb', { base, models, parameters: { ratio: 0.6 }, perModel: [{ lambda: 1 }, { lambda: 1.2 }] });
    expect(Array.from(merged['fc.weight']!.data as Float32Array)).toEqual([0.27, 0.24, 0, 0, -0.3].map((x): number => expect.closeTo(x, 6) as number));
    const ties = merging.mergeStateDicts('ties', { base, models, parameters: { density: [0.1, 0.3] }, perModel: [{ weight: { '*attn*': 2, '*': 1 } }, { weight: 1 }] });
    expect(ties.tensors).toHaveLength(1);
  });
});
