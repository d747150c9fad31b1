import { expect, it } from 'vitest';
import { textTable } from './text-table.ts';

it('lines columns up: the first to the left, the others to the right; a cell that is missing is empty', () => {
  expect(textTable(['run', 'accuracy'], [['mixup', '0.97'], ['none']])).toBe([
    'run    accuracy',
    '───────────────',
    'mixup      0.97',
    'none           ',
  ].join('\n'));
});
