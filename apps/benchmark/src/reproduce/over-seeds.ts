import jstat from 'jstat';

/** A number over seeds. */
export interface Summary {
  readonly mean: number;
  /** Sample standard deviation; null for one seed. */
  readonly std: number | null;
  /** In the order of the seeds. */
  readonly perSeed: readonly number[];
}

/** One way less another, seed by seed: both saw the same first weights and the same order of samples. */
export interface Comparison extends Summary {
  /** 95 % interval of the mean difference, by Student's t; null for one seed. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Two-sided p of the paired t test; null for one seed. */
  readonly p: number | null;
  /** Whether the interval leaves 0 out. One seed is never significant. */
  readonly significant: boolean;
}

const CONFIDENCE = 0.95;

/** @throws {RangeError} for no values, or one that is not finite */
export function summary(perSeed: readonly number[]): Summary {
  if (perSeed.length === 0) throw new RangeError('summary: values must not be empty');
  const bad = perSeed.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) throw new RangeError(`summary: values[${bad}] must be finite, got ${perSeed[bad]}`);
  return { mean: jstat.mean(perSeed), std: perSeed.length > 1 ? jstat.stdev(perSeed, true) : null, perSeed };
}

/**
 * The differences a − b over seeds, with the t interval of their mean.
 *
 * @throws {RangeError} where a and b are not of one length
 */
export function compare(a: readonly number[], b: readonly number[]): Comparison {
  if (a.length !== b.length) throw new RangeError(`compare: a and b must be of one length, got ${a.length} and ${b.length}`);
  const differences = summary(a.map((value, i) => value - b[i]!));
  const { mean, std } = differences;
  if (std === null) return { ...differences, interval: null, p: null, significant: false };
  const freedom = a.length - 1;
  const error = std / Math.sqrt(a.length);
  const reach = jstat.studentt.inv((1 + CONFIDENCE) / 2, freedom) * error;
  const p = error === 0 ? Number(mean === 0) : 2 * jstat.studentt.cdf(-Math.abs(mean / error), freedom);
  return { ...differences, interval: [mean - reach, mean + reach], p, significant: mean - reach > 0 || mean + reach < 0 };
}
