import { fileURLToPath } from 'node:url';
import type { Command } from './contestant.ts';

/** A program of the folder `python`, run by MIXWELL_PYTHON. None where that is not set. */
export function python(script: string, args: readonly string[], env?: Command['env']): Command | null {
  const program = process.env['MIXWELL_PYTHON'];
  return program ? { program, args: [fileURLToPath(new URL(`../python/${script}`, import.meta.url)), ...args], ...(env && { env }) } : null;
}

/** This command as the other side of a comparison. */
export function ourselves(area: string, args: readonly string[]): Command {
  return { program: process.execPath, args: [process.argv[1]!, 'serve', area, ...args] };
}
