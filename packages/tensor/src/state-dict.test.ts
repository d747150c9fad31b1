import { describe, expect, it } from 'vitest';
import { stateDict } from './state-dict.ts';

describe('stateDict', () => {
  it('holds entries by name, in order; later ones replace earlier ones', () => {
    const dict = stateDict([['fc.weight', 1], ['fc.bias', 2], ['fc.weight', 3]]);
    expect(Object.entries(dict)).toEqual([['fc.weight', 3], ['fc.bias', 2]]);
  });

  it('has no name that nobody gave, and takes every name', () => {
    const empty: Readonly<Record<string, number>> = stateDict<number>([]);
    expect(empty['toString']).toBeUndefined();
    expect(empty['__proto__']).toBeUndefined();
    const dict = stateDict([['__proto__', 1], ['constructor', 2]]);
    expect(Object.entries(dict)).toEqual([['__proto__', 1], ['constructor', 2]]);
    expect(Object.getPrototypeOf(dict)).toBeNull();
  });
});
