import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from 'vitest/config';
import shared from './vitest.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Packages that compute with TensorFlow.js, but for the back end itself. */
const packages = ['autodiff', 'losses', 'mix-core', 'models', 'tensor', 'testing', 'train'];

/** `tensorflow` is the name of tfjs-node's back end. MIXWELL_BACKENDS chooses some. */
const backEnds = (process.env['MIXWELL_BACKENDS'] ?? 'tensorflow,wasm,cpu').split(',');

/** Tests that do not run on the back end of their process: programs of their own, float64, and one that takes kernels away from it, which needs a process of its own. */
const elsewhere = ['**/readme.test.ts', '**/gradients/table.test.ts', '**/gradients/without-kernels.test.ts', '**/stock-gradients.test.ts', '**/float64-oracle.test.ts'];

const project = (name: string, backEnd: string): TestProjectInlineConfiguration => mergeConfig(shared, {
  root: `${root}packages/${name}`,
  test: {
    name: `${backEnd}/${name}`,
    env: { MIXWELL_BACKEND: backEnd },
    setupFiles: [`${root}packages/testing/src/back-end/setup.ts`],
    exclude: elsewhere,
    isolate: false, // loading tfjs-node takes seconds
  },
}) as TestProjectInlineConfiguration;

/** The tests that are about no particular back end, on each of those of TensorFlow.js: `npm run test:tfjs-node`. */
const config: ViteUserConfig = defineConfig({
  test: {
    projects: backEnds.flatMap((backEnd) => packages.map((name) => project(name, backEnd))),
    maxWorkers: 2,
    onConsoleLog: (log) => !log.includes('already registered') && !log.includes('install our node backend'),
    reporters: ['default', `${root}config/back-end-report.ts`],
  },
});

export default config;
