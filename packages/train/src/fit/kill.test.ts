import { expect, it } from 'vitest';
import { trainAndKill } from '../fixtures/train-and-kill.ts';

it('kill -9 at any moment, also while a checkpoint is written, changes no number of the result', async () => {
  const { undisturbed, killed, inTheMiddle, files } = await trainAndKill('cpu', 3, 1);
  expect(undisturbed).toMatch(/^[0-9a-f]{64} \d 3\n$/);
  expect(killed).toBe(undisturbed);
  expect(inTheMiddle).toBeGreaterThan(0);
  expect(files).toEqual(['checkpoint-0000000023.safetensors', 'checkpoint-0000000024.safetensors']);
});
