import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExternalData, initializerBytes, type OnnxModel, writeOnnx, writeOnnxWithData } from '@mixwell/tfjs-onnx';

/** A model as it is in its file, or in its two files. */
export interface ModelFiles {
  readonly bytes: Uint8Array;
  /** What belongs into the file beside it. */
  readonly data?: ExternalData;
}

/** Weights of so many bytes and more go into a file of their own: one file must stay below 2 GiB. */
export const EXTERNAL_DATA_ABOVE: number = 1.5 * 2 ** 30;

/** The largest piece that is given to the system at once. */
const PIECE = 2 ** 26;

/** One file, or two where the weights take more than `above` bytes. */
export function modelFiles(model: OnnxModel, above: number, location: string): ModelFiles {
  return initializerBytes(model) > above ? writeOnnxWithData(model, location) : { bytes: writeOnnx(model) };
}

/** Writes the data file, piece by piece, down to the disk. */
export async function writeData(path: string, data: ExternalData): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const chunk of data.chunks()) for (let at = 0; at < chunk.length; at += PIECE) await file.writeFile(chunk.subarray(at, at + PIECE));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts both files into a folder for a while. */
export async function inTemporaryFolder({ bytes }: ModelFiles, data: ExternalData): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mixwell-onnx-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await writeData(join(folder, data.location), data);
    await writeFile(join(folder, 'model.onnx'), bytes);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path: join(folder, 'model.onnx'), remove };
}
