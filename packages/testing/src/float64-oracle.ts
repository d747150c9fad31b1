import type * as tf from '@tensorflow/tfjs-core';
import { build, type Plugin } from 'esbuild';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';

type TensorFlow = typeof tf;

const packages = fileURLToPath(new URL('../..', import.meta.url));
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** One copy of TensorFlow.js, whoever imports it; other packages of Mixwell from their sources. */
const resolveShared: Plugin = {
  name: 'shared',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^@tensorflow\// }, ({ path, kind, resolveDir }) =>
      (resolveDir === here ? undefined : esbuild.resolve(path, { kind, resolveDir: here })));
    esbuild.onResolve({ filter: /^@mixwell\// }, ({ path }) => {
      const [, name, entry = 'index'] = path.split('/');
      return { path: join(packages, name!, 'src', `${entry}.ts`) };
    });
  },
};

const entrySource = (entries: readonly string[]): string => [
  "export * as tf from '@tensorflow/tfjs-core';",
  "import '@tensorflow/tfjs-backend-cpu';",
  ...entries.map((entry) => `export * from ${JSON.stringify(entry)};`),
].join('\n');

async function bundle(entries: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entrySource(entries), resolveDir: here },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    ignoreAnnotations: true, // or the files that register kernels are dropped as free of side effects
    logLevel: 'error',
    plugins: [resolveShared],
    // TensorFlow.js keeps engine and registries on the global object: hide those of the float32 copy in the same process
    banner: { js: 'const own = { writable: true }, oracleGlobal = Object.create(globalThis, { _tfengine: own, _tfGlobals: own });' },
    define: { Float32Array: 'Float64Array', global: 'oracleGlobal' },
  });
  return outputFiles[0]!.text;
}

const arrays = [Float64Array, Float32Array, Int32Array, Uint8Array, Uint8ClampedArray];

async function start(tf: TensorFlow): Promise<void> {
  tf.env().set('IS_TEST', true); // no advertisement for tfjs-node
  // the platform asks Node what an array is, which no `define` reaches
  tf.env().platform.isTypedArray = (value): value is Float32Array => arrays.some((type) => value instanceof type);
  await tf.setBackend('cpu');
}

const loaded = new Map<string, Promise<unknown>>();

/**
 * Modules of the caller on top of a TensorFlow.js that computes in float64: its CPU back end with every Float32Array a Float64Array. That holds for the modules
 * too: their 'float32' is 64 bits wide, they take and give Float64Array. Nothing is shared with the TensorFlow.js of the process (no tensors, no registered
 * gradients); entries that register gradients register them here.
 *
 * @param entries files (URLs or absolute paths) or packages (`@mixwell/autodiff`). What they export comes back in one object, next to `tf`.
 */
export async function bundleForOracle<M extends object = object>(...entries: readonly (URL | string)[]): Promise<M & { readonly tf: TensorFlow }> {
  const names = entries.map((entry) => (entry instanceof URL || entry.startsWith('file:') ? fileURLToPath(entry) : entry));
  const key = JSON.stringify(names);
  const load = async (): Promise<unknown> => {
    const code = await bundle(names);
    const module = { exports: {} };
    compileFunction(code, ['module', 'exports', 'require'], { filename: `float64-oracle ${key}` })(module, module.exports, require);
    await start((module.exports as { tf: TensorFlow }).tf);
    return module.exports;
  };
  if (!loaded.has(key)) loaded.set(key, load());
  return loaded.get(key) as Promise<M & { tf: TensorFlow }>;
}

/** TensorFlow.js that computes in float64, with the CPU back end. See `bundleForOracle`; has no gradients of its own. */
export async function float64Oracle(): Promise<TensorFlow> {
  return (await bundleForOracle()).tf;
}
