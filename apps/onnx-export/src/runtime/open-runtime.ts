import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type HostTensor, toHost } from '@mixwell/tensor';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { inTemporaryFolder, type ModelFiles } from './model-files.ts';

/** The packages that can run an ONNX file. */
export type RuntimeName = 'onnxruntime-node' | 'onnxruntime-web';

/** A file that is ready to run. */
export interface RuntimeSession {
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>>;
  release(): Promise<void>;
}

/** ONNX Runtime as it was found on this machine, used as the users of a file use it: through its public interface, with its defaults. */
export interface OnnxRuntime {
  readonly name: RuntimeName;
  readonly version: string;
  /** @throws {Error} where the runtime refuses the file */
  load(model: RuntimeModel): Promise<RuntimeSession>;
}

/** A model to run: in memory (its bytes, or those of two files), or on the disk, where a second file has to lie beside it under the name that the model says. */
export type RuntimeModel = Uint8Array | ModelFiles | { readonly path: string; readonly dataName?: string };

/** What both packages have. */
interface Api {
  readonly InferenceSession: { create(model: Uint8Array | string, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  readonly Tensor: new (type: Tensor.Type, data: Tensor.DataType, dims: readonly number[]) => Tensor;
  readonly env: { logLevel?: unknown; readonly versions: { readonly node?: string; readonly web?: string }; readonly wasm: { numThreads?: number } };
}

const SEVERITY_ERROR = 3;

/** What a package takes, and what to do once it is no longer needed. */
interface Loadable {
  readonly model: Uint8Array | string;
  readonly options?: InferenceSession.SessionOptions;
  release?(): Promise<void>;
}

/** onnxruntime-node finds the second file beside the first. */
async function forNode(model: RuntimeModel): Promise<Loadable> {
  if (model instanceof Uint8Array) return { model };
  if ('path' in model) return { model: model.path };
  if (!model.data) return { model: model.bytes };
  const { path, remove } = await inTemporaryFolder(model, model.data);
  return { model: path, release: remove };
}

/** onnxruntime-web has no files: it is given the bytes of both. */
async function forWeb(model: RuntimeModel): Promise<Loadable> {
  if (model instanceof Uint8Array) return { model };
  const onDisk = 'path' in model;
  const location = onDisk ? model.dataName : model.data?.location;
  const bytes = onDisk ? await readFile(model.path) : model.bytes;
  if (location === undefined) return { model: bytes };
  const data = onDisk ? await readFile(join(dirname(model.path), location)) : Buffer.concat([...model.data!.chunks()]);
  return { model: bytes, options: { externalData: [{ path: location, data }] } };
}

function wrap(name: RuntimeName, version: string, api: Api, prepare: (model: RuntimeModel) => Promise<Loadable>): OnnxRuntime {
  api.env.logLevel = 'error';
  return {
    name,
    version,
    async load(model) {
      const loadable = await prepare(model);
      const session = await api.InferenceSession.create(loadable.model, { ...loadable.options, logSeverityLevel: SEVERITY_ERROR }).catch(async (error: unknown) => {
        await loadable.release?.();
        throw error;
      });
      return {
        async run(feeds) {
          const tensors = Object.entries(feeds).map(([key, { dtype, data, shape }]) => [key, new api.Tensor(dtype as Tensor.Type, data as Tensor.DataType, shape)]);
          const results = await session.run(Object.fromEntries(tensors) as InferenceSession.FeedsType);
          return Object.fromEntries(Object.entries(results).map(([key, tensor]) => [key, toHost(tensor as Tensor & { readonly data: unknown })]));
        },
        async release() {
          await session.release();
          await loadable.release?.();
        },
      };
    },
  };
}

const openers: Readonly<Record<RuntimeName, () => Promise<OnnxRuntime>>> = {
  async 'onnxruntime-node'() {
    const api = await import('onnxruntime-node') as unknown as Api;
    return wrap('onnxruntime-node', api.env.versions.node ?? 'of unknown version', api, forNode);
  },
  async 'onnxruntime-web'() {
    const api = await import('onnxruntime-web') as unknown as Api;
    api.env.wasm.numThreads = 1; // more would be workers, which keep the process alive
    return wrap('onnxruntime-web', api.env.versions.web ?? 'of unknown version', api, forWeb);
  },
};

const isMissing = (error: unknown): boolean => ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Opens the first runtime that is installed and has a binary for this machine. onnxruntime-web runs everywhere, as WebAssembly, several times slower.
 *
 * @param names in the order in which they are tried. Default: onnxruntime-node, onnxruntime-web.
 * @throws {Error} saying what to install, where none of them loads
 */
export async function openRuntime(names: readonly RuntimeName[] = ['onnxruntime-node', 'onnxruntime-web']): Promise<OnnxRuntime> {
  const reasons: string[] = [];
  for (const name of names) {
    try {
      return await openers[name]();
    } catch (error) {
      reasons.push(`${name}: ${isMissing(error) ? 'not installed' : (error as Error).message.split('\n')[0]}`);
    }
  }
  throw new Error(`no ONNX runtime to check the file with: run npm install ${names.join(' or npm install ')} (${reasons.join('; ')})`);
}
