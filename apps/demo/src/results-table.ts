import type { DemoResults, DemoTimings } from './results.ts';

export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)} %`;

export const resultColumns: readonly string[] = ['training', 'accuracy', 'NLL', 'NLL scaled', 'ECE', 'ECE scaled', 'T', 'images/s'];

/** A row for each network: test images, before and after temperature scaling. */
export function resultRows({ runs }: Pick<DemoResults, 'runs'>, timings: DemoTimings): string[][] {
  return runs.map(({ name, title, test: { before, after }, calibrator }) => [
    title,
    percent(before.accuracy),
    before.nll.toFixed(4),
    after.nll.toFixed(4),
    percent(before.ece),
    percent(after.ece),
    calibrator.temperature.toFixed(3),
    String(Math.round(timings.runs[name]!.imagesPerSecond)),
  ]);
}
