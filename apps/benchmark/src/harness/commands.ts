import { fileURLToPath } from 'node:url';
import type { Absent, Command } from './contestant.ts';

/** A program of the folder `python`, run by MIXWELL_PYTHON. */
export function python(script: string, args: readonly string[], env?: Command['env']): Command | Absent {
  const program = process.env['MIXWELL_PYTHON'];
  if (!program) return { unavailable: 'no Python: set MIXWELL_PYTHON to an interpreter that has PyTorch' };
  return { program, args: [fileURLToPath(new URL(`../python/${script}`, import.meta.url)), ...args], ...(env && { env }) };
}

/** This command as the other side of a comparison. */
export function ourselves(area: string, args: readonly string[]): Command {
  return { program: process.execPath, args: [process.argv[1]!, 'serve', area, ...args] };
}
