import { readFile } from 'node:fs/promises';
import { type Calibrator, calibratorFromJSON } from '@mixwell/calibration';
import { UsageError } from '../usage-error.ts';

const forScores = ['platt', 'beta', 'isotonic', 'histogram'];

/**
 * A calibrator of class predictions, from a file of JSON.
 *
 * @throws {UsageError} naming the file, and what is wrong with it
 */
export async function readCalibrator(path: string): Promise<Calibrator> {
  const fail = (problem: string, cause?: unknown): never => { throw new UsageError(`--calibrator ${path}: ${problem}`, { cause }); };
  const text = await readFile(path, 'utf8').catch((error: Error) => fail(error.message, error));
  let calibrator;
  try {
    calibrator = calibratorFromJSON(text);
  } catch (error) {
    return fail((error as Error).message, error);
  }
  return forScores.includes(calibrator.type) ? fail(`must be a calibrator of class predictions, got one of scores: ${calibrator.type}`) : (calibrator as Calibrator);
}
