import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { readGolden } from '../packages/testing/src/golden/golden-file.ts';
import type { GoldenPlace } from '../packages/testing/src/golden/run-golden.ts';

/** What became of an output in one package. */
export type State = 'passed' | 'failed' | 'not covered';

/** System → file → output → what became of it in all packages together. */
export type Outcome = Map<string, Map<string, Map<string, State>>>;

const worth: Readonly<Record<State, number>> = { 'not covered': 0, passed: 1, failed: 2 };

/** An output that one package covers is covered; one failure is a failure. */
export function record(outcome: Outcome, { system, file, output }: GoldenPlace, state: State): void {
  const files = outcome.get(system) ?? new Map<string, Map<string, State>>();
  const outputs = files.get(file) ?? new Map<string, State>();
  outcome.set(system, files.set(file, outputs));
  const before = outputs.get(output) ?? 'not covered';
  outputs.set(output, worth[state] > worth[before] ? state : before);
}

/** Adds the outputs of the systems in `folder` that no package reads. A damaged file of such a system is a failure; gives what is wrong with each. */
export function recordUnread(outcome: Outcome, folder: string): string[] {
  const damaged: string[] = [];
  const systems = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !outcome.has(entry.name));
  for (const { name: system } of systems) {
    for (const file of readdirSync(join(folder, system)).filter((name) => name.endsWith('.json'))) {
      try {
        const { outputs } = readGolden(join(folder, system, file), system, `${system}/${file}`);
        for (const output of outputs.keys()) record(outcome, { system, file, output }, 'not covered');
      } catch (error) {
        record(outcome, { system, file, output: 'file' }, 'failed');
        damaged.push((error as Error).message);
      }
    }
  }
  return damaged;
}

/** First what is not covered, file by file; last one line per system. */
export function report(outcome: Outcome): string[] {
  const systems = [...outcome].sort(([a], [b]) => (a < b ? -1 : 1));
  const gaps = systems.flatMap(([system, files]) => [...files].flatMap(([file, outputs]) => {
    const open = [...outputs].filter(([, state]) => state === 'not covered').map(([output]) => output);
    return open.length === 0 ? [] : [`not covered: ${system}/${file}: ${open.length === outputs.size ? `all ${open.length} outputs` : open.join(', ')}`];
  }));
  const lines = systems.map(([system, files]) => {
    const states = [...files.values()].flatMap((outputs) => [...outputs.values()]);
    const count = (state: State): number => states.filter((s) => s === state).length;
    return `${system}: ${states.length - count('not covered')} outputs checked, ${count('passed')} passed, ${count('failed')} failed, ${count('not covered')} not covered`;
  });
  return lines.length > 0 ? [...gaps, ...lines] : ['no golden vectors found'];
}

/** Prints, as the last lines of a run, how many outputs of golden vectors were checked, over all packages. */
export default class GoldenReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const outcome: Outcome = new Map();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { golden } = test.meta();
        const { state } = test.result();
        if (golden) record(outcome, golden, state === 'passed' || state === 'failed' ? state : 'not covered');
      }
    }
    const folder = process.env['MIXWELL_GOLDEN'];
    const damaged = folder && existsSync(folder) ? recordUnread(outcome, folder) : [];
    const unloaded = modules.filter((module) => module.errors().length > 0).map((module) => `not loaded: ${module.project.name} ${module.relativeModuleId}`);
    if (damaged.length > 0) process.exitCode = 1; // vitest knows of every other failure
    process.once('exit', () => process.stdout.write([...unloaded, ...damaged, ...report(outcome)].map((line) => `${line}\n`).join('')));
  }
}
