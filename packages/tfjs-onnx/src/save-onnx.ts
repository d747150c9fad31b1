import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isLarge, writeOnnxWithData } from './export/external-data.ts';
import type { OnnxModel } from './onnx/model.ts';
import { writeOnnx } from './onnx/write.ts';
import type { OnnxProgram } from './onnx-program.ts';

export interface SaveOnnxOptions {
  /** Whether tensors of 1 KiB and more are put into a file beside, `<file>.data`. Default: where they take 1.5 GiB or more. */
  readonly externalData?: boolean;
}

/**
 * Writes a model to a file. A file that is there is replaced at once, when all is written.
 * @throws {RangeError | TypeError} naming the tensor or attribute that is not what its type says
 */
export async function saveOnnx(file: string, program: OnnxProgram | OnnxModel, options: SaveOnnxOptions = {}): Promise<void> {
  const model = 'model' in program ? program.model : program;
  if (!(options.externalData ?? isLarge(model))) {
    await writeWhole(file, [writeOnnx(model)]);
    return;
  }
  const { bytes, data } = writeOnnxWithData(model, `${basename(file)}.data`);
  await writeWhole(join(dirname(file), data.location), data.chunks());
  await writeWhole(file, [bytes]);
}

/** To a file of another name first, so that nobody ever reads half of one. */
async function writeWhole(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(draft, 'wx');
    try {
      for (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
