import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { mergeFiles } from '@mixwell/merging/node';
import { openSafetensors } from '@mixwell/tensor/node';
import type { Work } from '../harness/serve.ts';
import type { MergingCase } from './merging-cases.ts';

const pathsIn = (folder: string, models: number): readonly string[] => Array.from({ length: models }, (_, i) => join(folder, `model-${i}.safetensors`));

/** Σ θ² of a checkpoint, tensor by tensor. */
async function squares(path: string): Promise<number> {
  const file = await openSafetensors(path);
  let sum = 0;
  for (const name of Object.keys(file.tensors)) for (const x of (await file.read(name)).data as Float32Array) sum += x * x;
  await file.close();
  return sum;
}

/** Our merge of the models in a folder. */
export async function mergeWork({ method, parameters, size, peer }: MergingCase, folder: string): Promise<Work> {
  const out = join(folder, 'ours.safetensors');
  const step = async (): Promise<void> => {
    await mergeFiles(method, { ...(method !== 'linear' && { base: join(folder, 'base.safetensors') }), models: pathsIn(folder, size.models), parameters, out, overwrite: true });
  };
  const version = `Node ${process.version}`;
  if (peer === null || peer === 'dare') return { version, step };
  await step();
  return { version, step, check: await squares(out) };
}

const buffer = new Uint8Array(2 ** 20);

/** Reads every model once and writes as many bytes as one has, down to the disk: what any merge of them has to do. */
export function fileWork({ size }: MergingCase, folder: string): Work {
  return {
    version: `Node ${process.version}`,
    step() {
      const out = openSync(join(folder, 'copied'), 'w');
      pathsIn(folder, size.models).forEach((path, i) => {
        const fd = openSync(path, 'r');
        for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) if (i === 0) writeSync(out, buffer, 0, count);
        closeSync(fd);
      });
      fsyncSync(out);
      closeSync(out);
    },
  };
}
