// Runs TensorFlow.js's own test suite on the back end. usage: node conformance/run.mjs [text that the names of the specs contain]
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
/**
 * The suite about tensors that move between back ends names 'cpu', since it "needs a concrete backend to exist", and says that it works for any:
 * here it is run on ours.
 */
const concreteBackend = {
  name: 'concrete-backend',
  setup: ({ onLoad }) => onLoad({ filter: /tfjs-core[/\\]dist[/\\]engine_test\.js$/ }, async ({ path }) => {
    const text = await readFile(path, 'utf8');
    const start = text.indexOf("describeWithFlags('Switching cpu backends'");
    const end = text.indexOf('describeWithFlags(', start + 1);
    const suite = text.slice(start, end).replaceAll("'cpu'", "'onnxruntime'");
    if (start < 0 || end < 0 || !suite.includes("backendName === 'onnxruntime'")) throw new Error(`conformance: ${path} has no suite 'Switching cpu backends' as in tfjs-core 4.22`);
    return { contents: text.slice(0, start) + suite + text.slice(end), loader: 'js' };
  }),
};

const folder = file('dist');
await rm(folder, { recursive: true, force: true });
await build({
  entryPoints: [file('main.ts')],
  outfile: file('dist/main.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // One copy of tfjs-core: its ES modules, also for the CPU back end.
  mainFields: ['module', 'main'],
  // tfjs-core calls its test files free of side effects: they would be dropped, and all 74 remaining specs pass.
  ignoreAnnotations: true,
  external: ['jasmine-core', 'onnxruntime-node'],
  banner: { js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);" },
  plugins: [concreteBackend],
  logLevel: 'error',
});
await import('./dist/main.mjs');
