import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import { digits } from '../digits.ts';
import type { OnnxRuntime, RuntimeModel } from '../runtime/open-runtime.ts';
import { compare, type ParityCheck } from './compare.ts';
import type { ParityCase } from './parity-cases.ts';

/** Largest absolute difference of an output that passes, unless told otherwise. */
export const DEFAULT_TOLERANCE = 1e-4;

/** How far a file was from the network in every case. */
export interface Parity {
  readonly checks: readonly ParityCheck[];
  /** Largest maxAbsDiff / scale of the checks. */
  readonly maxAbsDiff: number;
  readonly atol: number;
  readonly passed: boolean;
  /** What ran the file, with its version. */
  readonly runtime: string;
  /** What ran the network, with its version. */
  readonly reference: string;
}

/** A file that does not do what the network does. */
export class ParityError extends Error {
  readonly parity: Parity;

  /** @param where which part of the file it is about. Default: the whole. */
  constructor(parity: Parity, where?: string) {
    const failed = parity.checks.filter(({ passed }) => !passed);
    const worst = failed.find(({ problem }) => problem !== undefined) ?? failed.reduce((a, b) => (b.maxAbsDiff / b.scale > a.maxAbsDiff / a.scale ? b : a));
    super(`${failed.length} of ${parity.checks.length} checks failed${where ? ` ${where}` : ''}: ${worst.inputs} inputs, batch ${worst.batch}: ${worst.problem ?? differenceOf(worst)}`);
    this.name = 'ParityError';
    this.parity = parity;
  }
}

function differenceOf({ maxAbsDiff, allowed, reach }: ParityCheck): string {
  const relative = maxAbsDiff / reach;
  const rounding = relative < 1e-5 ? `: ${digits(relative)} of the largest output, which float32 rounding explains; a larger tolerance would do` : '';
  return `largest difference ${digits(maxAbsDiff)}, allowed ${digits(allowed)}${rounding}`;
}

/** @throws {RangeError} where the tolerance is no number >= 0 */
export function checkTolerance(atol: number): void {
  if (!(atol >= 0 && atol < Infinity)) throw new RangeError(`checkParity: atol must be a number >= 0, got ${atol}`);
}

/**
 * Runs a file on every case and compares. A difference above the tolerance is in the result; it is no exception.
 *
 * @param atol largest absolute difference of an output. Default 1e-4.
 * @param onCheck called with each check as soon as it is done
 * @throws {Error} where the runtime refuses the file or an input
 */
export async function checkParity(
  model: RuntimeModel,
  cases: readonly ParityCase[],
  { runtime, atol = DEFAULT_TOLERANCE, onCheck = () => {} }: { readonly runtime: OnnxRuntime; readonly atol?: number; readonly onCheck?: (check: ParityCheck) => void },
): Promise<Parity> {
  checkTolerance(atol);
  const session = await runtime.load(model);
  try {
    const checks: ParityCheck[] = [];
    for (const item of cases) {
      const check = compare(item, await session.run(item.feeds), atol);
      onCheck(check);
      checks.push(check);
    }
    return {
      checks,
      maxAbsDiff: Math.max(...checks.map(({ maxAbsDiff, scale }) => maxAbsDiff / scale)),
      atol,
      passed: checks.every(({ passed }) => passed),
      runtime: `${runtime.name} ${runtime.version}`,
      reference: `@tensorflow/tfjs-backend-cpu ${version_cpu}`,
    };
  } finally {
    await session.release();
  }
}
