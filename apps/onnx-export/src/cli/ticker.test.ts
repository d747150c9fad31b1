import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures.ts';
import { createTicker } from './ticker.ts';

it('shows the seconds of a stage that keeps the thread busy for more than two of them', async () => {
  const path = join(temporaryFolder(), 'terminal');
  const fd = openSync(path, 'w');
  const ticker = createTicker(fd);
  ticker.begin('reading');
  ticker.begin('tracing');
  for (const begin = Date.now(); Date.now() - begin < 2600;);
  ticker.begin('writing');
  await ticker.end();
  closeSync(fd);
  const [reading, tracing, line, rest] = readFileSync(path, 'utf8').split('\n');
  expect([reading, tracing, rest]).toEqual(['reading …', 'tracing …', '']);
  expect(line).toMatch(/^(\r {2}2 s\s*)+\r\s*writing …$/);
});
