import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseReproduceArguments } from './options.ts';

describe('arguments of reproduce', () => {
  it('tries three seeds by default, five where the system says so', () => {
    expect(parseReproduceArguments(['feature-learning'])).toEqual({ system: 'feature-learning', seeds: [0, 1, 2], dataDir: null, json: null, out: null });
    expect(parseReproduceArguments(['pcb-merging']).seeds).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes the number of seeds, files and folders', () => {
    expect(parseReproduceArguments(['mixing-policies', '--seeds', '1', '--json=a.json', '--out', 'b', '--data-dir', 'c'])).toEqual({
      system: 'mixing-policies', seeds: [0], json: resolve('a.json'), out: resolve('b'), dataDir: resolve('c'),
    });
  });

  it.each([
    [[], /^the system must be one of .*feature-learning.*, got ''$/],
    [['mixup'], /^the system must be one of .*, got 'mixup'$/],
    [['feature-learning', '--seeds', '0'], /^--seeds must be a whole number >= 1, got '0'$/],
    [['feature-learning', '--seeds', 'three'], /^--seeds must be a whole number >= 1, got 'three'$/],
    [['feature-learning', '--json', ''], /^--json needs a value$/],
    [['feature-learning', '--seed', '1'], /^unknown option '--seed', see --help$/],
    [['feature-learning', 'c-mixup'], /^unexpected argument 'c-mixup', see --help$/],
  ])('refuses %j', (args, message) => {
    expect(() => parseReproduceArguments(args)).toThrow(message);
  });
});
