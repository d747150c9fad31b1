import { checkAtLeast, checkWhole } from '../check.ts';
import type { EpochRecord } from './events.ts';

/** Which epoch is the best, and when to give up. */
export interface Monitor {
  /** A metric that `evaluate` gives; failing that, one of the training steps. */
  readonly metric: string;
  /** Whether less or more of it is better. */
  readonly mode: 'min' | 'max';
  /** Stop after so many epochs in a row without a better one, ≥ 1. Default: never. */
  readonly patience?: number;
  /** By how much an epoch has to be better, ≥ 0. Default 0. */
  readonly minDelta?: number;
}

/** What the best epoch is chosen by. */
export const criterionOf = (monitor: Monitor | undefined): string => (monitor ? `${monitor.mode} ${monitor.metric}` : 'none');

/** The best epoch so far. */
export interface BestEpoch {
  readonly epoch: number;
  readonly value: number;
}

export function checkMonitor({ mode, patience, minDelta = 0 }: Monitor): void {
  if (mode !== 'min' && mode !== 'max') throw new RangeError(`fit: monitor.mode must be 'min' or 'max', got '${String(mode)}'`);
  if (patience !== undefined) checkWhole('fit', 'monitor.patience', patience, 1);
  checkAtLeast('fit', 'monitor.minDelta', minDelta, 0);
}

/** @throws {RangeError} where no metric has that name */
function valueOf({ metric }: Monitor, { train, evaluation }: EpochRecord): number {
  const value = evaluation[metric] ?? train[metric];
  if (value !== undefined) return value;
  const known = new Set([...Object.keys(evaluation), ...Object.keys(train)]);
  throw new RangeError(`fit: monitor.metric must be one of ${[...known].join(', ')}, got '${metric}'`);
}

/** The best epoch after this one. NaN is never better. */
export function bestAfter(monitor: Monitor, best: BestEpoch | null, record: EpochRecord): BestEpoch | null {
  const value = valueOf(monitor, record);
  const gain = best === null ? Infinity : monitor.mode === 'min' ? best.value - value : value - best.value;
  const isBetter = !Number.isNaN(value) && gain > 0 && gain >= (monitor.minDelta ?? 0);
  return isBetter ? { epoch: record.epoch, value } : best;
}

/** Whether patience has run out after an epoch. */
export function isOver({ patience = Infinity }: Monitor, best: BestEpoch | null, epoch: number): boolean {
  return epoch - (best?.epoch ?? -1) >= patience;
}
