import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkModel } from './onnx/check-model.ts';
import { filesBy, filesIn, quote, readExternal } from './onnx/external-files.ts';
import type { ExternalSources } from './onnx/read-tensor.ts';
import { readModel } from './onnx/read.ts';
import { createProgram, type OnnxProgram } from './onnx-program.ts';

export interface LoadOnnxOptions {
  /**
   * Gives the bytes of a file that holds elements of the model's tensors, by the name that the model has for it. Default: the file is read, which must
   * be in the folder of the model or below it, also after symbolic links.
   */
  readonly externalData?: (location: string) => Uint8Array | Promise<Uint8Array>;
}

/** What protobuf can hold. */
const LARGEST = 2 ** 31;

/**
 * Loads an ONNX model, its weights in other files included. The file may come from anywhere: damaged or hostile ones are errors.
 *
 * @param source path of a file, a `file:` URL, or the bytes of one
 * @throws {Error} naming the file, and the byte, node or tensor that is wrong
 */
export async function loadOnnx(source: string | URL | Uint8Array, options: LoadOnnxOptions = {}): Promise<OnnxProgram> {
  const path = source instanceof Uint8Array ? null : source instanceof URL ? fileURLToPath(source) : source;
  const caller = path === null ? 'loadOnnx' : `loadOnnx: ${path}`;
  const bytes = source instanceof Uint8Array ? source : await readWhole(caller, path!);
  const sources: ExternalSources = new Map();
  const model = readModel(caller, bytes, sources);
  const openFile = options.externalData ? filesBy(caller, options.externalData) : path === null ? nowhere(caller) : filesIn(caller, dirname(path));
  const complete = await readExternal(caller, model, sources, openFile);
  checkModel(caller, complete);
  return createProgram(complete, options.externalData || path === null ? undefined : path);
}

async function readWhole(caller: string, path: string): Promise<Uint8Array> {
  const { size } = await stat(path).then((found) => (found.isFile() ? found : Promise.reject(new Error('it is no file')))).catch((cause: Error) => {
    throw new Error(`${caller}: ${cause.message}`, { cause });
  });
  if (size >= LARGEST) throw new Error(`${caller}: an ONNX file is smaller than 2 GiB, this one has ${size} bytes`);
  return readFile(path);
}

function nowhere(caller: string): ReturnType<typeof filesIn> {
  return (location, label) => Promise.reject(new Error(`${caller}: ${label}: its elements are in ${quote(location)}; give them with the option externalData`));
}
