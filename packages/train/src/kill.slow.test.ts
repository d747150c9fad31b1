import { expect, it } from 'vitest';
import { trainAndKill } from './fixtures/train-and-kill.ts';

it.each([['cpu', 1], ['cpu', 2], ['onnxruntime', 3], ['onnxruntime', 4]])('kill -9, eight times on %s (seed %i), changes no number of the result', async (backend, seed) => {
  const { undisturbed, killed, inTheMiddle } = await trainAndKill(backend, 8, seed);
  expect(killed).toBe(undisturbed);
  expect(inTheMiddle).toBeGreaterThan(0);
}, 300_000);
