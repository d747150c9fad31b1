import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { BACKEND_NAME } from '../index.ts';
import { kernelStatusTable } from './kernel-status.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

const file = fileURLToPath(new URL('../../README.md', import.meta.url));
const BEGIN = '<!-- kernels: written by kernel-status.test.ts; `vitest -u` renews it -->';
const END = '<!-- end of kernels -->';

it('the table of kernels in the README is the one of the sources', async () => {
  const readme = readFileSync(file, 'utf8');
  const [before, rest] = readme.split(BEGIN);
  const after = rest!.split(END)[1];
  await expect(`${before}${BEGIN}\n\n${kernelStatusTable()}\n\n${END}${after}`).toMatchFileSnapshot(file);
});
