import { expect, it } from 'vitest';
import { runInPlainNode } from './plain-node.ts';

it('works in worker threads, several at once, by both transports, and lets the process end', async () => {
  expect(await runInPlainNode('threads.mjs')).toBe(`threads: 6 places agree on Node ${process.versions.node}\n`);
});
