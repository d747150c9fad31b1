import type { Reporter, TestModule } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Failed as the list of known deviations says. */
  known: number;
}

/** Prints, as the last lines of a run, what became of the tests on each back end. A test that ended on another back end than its run's is counted as skipped. */
export default class BackEndReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, Counts>();
    const reasons = new Map<string, number>();
    for (const module of modules) {
      const backEnd = module.project.name.split('/')[0]!;
      const count = counts.get(backEnd) ?? { passed: 0, failed: 0, skipped: 0, known: 0 };
      counts.set(backEnd, count);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        const { ranOn, deviation } = test.meta();
        if (state === 'failed') count.failed += 1;
        else if (state !== 'passed' || ranOn !== backEnd) count.skipped += 1;
        else if (deviation) {
          count.known += 1;
          const line = `${title(backEnd)}: ${deviation}`;
          reasons.set(line, (reasons.get(line) ?? 0) + 1);
        } else count.passed += 1;
      }
      if (module.errors().length > 0) count.failed += 1;
    }
    const lines = [
      ...[...reasons].map(([reason, tests]) => `known deviation in ${tests} tests of ${reason}`),
      ...[...counts].map(([backEnd, { passed, failed, skipped, known }]) => `${title(backEnd)}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${known} known deviations`),
    ];
    process.once('exit', () => process.stdout.write(lines.map((line) => `${line}\n`).join('')));
  }
}

const title = (backEnd: string): string => (backEnd === 'tensorflow' ? 'tfjs-node' : backEnd);
