import { expect, it } from 'vitest';
import { createLru } from './lru.ts';

it('keeps what was used last, makes each entry once, and releases the rest', () => {
  const released: string[] = [];
  const made: string[] = [];
  const lru = createLru<string>(2, (value) => released.push(value));
  const get = (key: string): string => lru.get(key, () => {
    made.push(key);
    return key.toUpperCase();
  });
  get('a');
  get('b');
  expect(get('a')).toBe('A');
  get('c');
  expect(released).toEqual(['B']);
  get('a');
  expect(made).toEqual(['a', 'b', 'c']);
  lru.clear();
  expect(released.toSorted()).toEqual(['A', 'B', 'C']);
  expect(lru.size).toBe(0);
});
