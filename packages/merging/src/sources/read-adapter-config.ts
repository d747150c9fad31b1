import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type AdapterConfig, parseAdapterConfig } from '../adapters/adapter-config.ts';

/** A larger configuration is none. */
const largestConfig = 10_000_000;

/** The configuration beside a file of PEFT's adapters; undefined where the file is none or has none. @throws {Error} naming the file and key */
export async function readAdapterConfig(file: string): Promise<AdapterConfig | undefined> {
  if (basename(file) !== 'adapter_model.safetensors') return undefined;
  const path = join(dirname(file), 'adapter_config.json');
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  if (found.size > largestConfig) throw new Error(`${path}: must have at most ${largestConfig} bytes, got ${found.size}`);
  const text = await readFile(path, 'utf8');
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: must be JSON: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
  return parseAdapterConfig(fields, path);
}
