// Runs TensorFlow.js's own test suite on the back end. usage: node conformance/run.mjs [text that the names of the specs contain]
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
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
  logLevel: 'error',
});
await import('./dist/main.mjs');
