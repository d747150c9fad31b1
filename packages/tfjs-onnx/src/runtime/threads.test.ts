import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Within the package, so that Node finds what it leans on. */
const folder = mkdtempSync(file('../../.snippet-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('works in worker threads, several at once, by both transports, and lets the process end', async () => {
  const bundle = join(folder, 'threads.mjs');
  await build({
    entryPoints: [file('../../smoke/threads.mjs')], outfile: bundle, bundle: true, platform: 'node', format: 'esm', logLevel: 'error',
    alias: { '@mixwell/tfjs-onnx': file('../index.ts') }, external: ['@tensorflow/*', 'onnxruntime-node'],
  });
  const { stdout, stderr, status } = spawnSync(process.execPath, [bundle], { encoding: 'utf8', timeout: 50_000 });
  expect({ stdout, status }, stderr).toEqual({ stdout: `threads: 6 places agree on Node ${process.versions.node}\n`, status: 0 });
});
