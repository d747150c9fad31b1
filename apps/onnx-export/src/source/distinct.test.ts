import { expect, it } from 'vitest';
import { distinct } from './distinct.ts';

it.each<[readonly string[], readonly string[]]>([
  [['a', 'b'], ['a', 'b']],
  [['a', 'b', 'a', 'a'], ['a', 'b', 'a_1', 'a_2']],
  [['a', 'a', 'a_1'], ['a', 'a_2', 'a_1']],
  [['a_1', 'a_1', 'a', 'a'], ['a_1', 'a_1_1', 'a', 'a_2']],
])('%j become %j', (names, expected) => expect(distinct(names)).toEqual(expected));
