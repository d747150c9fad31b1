import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Tests read the sources of every package, so that they need no build: `@mixwell/tensor/tf` is packages/tensor/src/tf.ts. */
const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      { find: '@mixwell/onnx-export', replacement: `${root}apps/onnx-export/src/index.ts` },
      { find: /^@mixwell\/([a-z0-9-]+)$/, replacement: `${root}packages/$1/src/index.ts` },
      { find: /^@mixwell\/([a-z0-9-]+)\/([a-z0-9-]+)$/, replacement: `${root}packages/$1/src/$2.ts` },
    ],
  },
  test: {
    include: ['src/**/*.test.ts'],
    exclude: process.env['MIXWELL_SLOW'] === '1' ? [] : ['**/*.slow.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default config;
