import { describe, expect, it } from 'vitest';
import { glob } from './glob.ts';

describe('glob', () => {
  it.each([
    ['*.bias', ['layer1.0.conv1.bias', 'fc.bias'], ['bias', 'fc.bias.weight', 'fcbias']],
    ['layer1.*', ['layer1.0.conv1.weight', 'layer1.'], ['layer10.0.weight', 'layer1', 'x.layer1.0']],
    ['*.bn?.*', ['layer1.0.bn1.weight', 'a.bn2.bias'], ['bn1.weight', 'a.bn10.weight', 'a.bn.weight']],
    ['fc.weight', ['fc.weight'], ['fcxweight', 'fc.weights', 'FC.weight']],
    ['*', ['', 'anything.at.all'], []],
    ['a+(b)[c]|^$\\', ['a+(b)[c]|^$\\'], ['aab', 'c']],
  ])('%s matches whole names', (pattern, matching, others) => {
    const matches = glob(pattern);
    expect(matching.filter((name) => !matches(name))).toEqual([]);
    expect(others.filter((name) => matches(name))).toEqual([]);
  });
});
