import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Runs a program of `smoke/` in plain Node, with our sources and TensorFlow.js in one file: vitest has memory, threads and ways of loading of its own.
 * @returns what it printed
 * @throws {Error} with its output where it does not end with 0
 */
export async function runInPlainNode(program: string, ...args: readonly string[]): Promise<string> {
  // Within the package, so that Node finds onnxruntime-node.
  const folder = mkdtempSync(file('../../.snippet-'));
  try {
    const outfile = join(folder, 'main.mjs');
    await build({
      entryPoints: [file(`../../smoke/${program}`)], outfile, bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], logLevel: 'error',
      alias: { '@mixwell/tfjs-onnx': file('../index.ts') }, external: ['onnxruntime-node'],
      banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
    });
    const { stdout, stderr, status } = spawnSync(process.execPath, [outfile, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ended with ${status}\n${stdout}${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
