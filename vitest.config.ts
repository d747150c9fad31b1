import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'scripts'],
    maxWorkers: 2,
    // TensorFlow.js advertises tfjs-node whenever its CPU back end starts
    onConsoleLog: (log) => !log.includes('install our node backend'),
    reporters: ['default', './config/tally.ts'],
  },
});
