import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { kernelHex } from './neighbour-kernel.ts';

it('neighbour-kernel.wat is what the digits are assembled from', async () => {
  const file = './neighbour-kernel.wat';
  const parsed = (await wabt()).parseWat(file, readFileSync(new URL(file, import.meta.url), 'utf8'), { simd: true });
  expect(Buffer.from(parsed.toBinary({}).buffer).toString('hex')).toBe(kernelHex);
});
