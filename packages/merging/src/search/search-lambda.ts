import { cmaEs } from './cma-es.ts';
import { coordinateSearch } from './coordinate-search.ts';
import { gridSearch } from './grid-search.ts';

/** A function of coefficients that is to be made large, such as an accuracy on validation data. */
export type Score = (lambda: readonly number[]) => number | Promise<number>;

export type SearchMethod = 'grid' | 'coordinate' | 'cmaes';

export interface SearchOptions {
  /** How many coefficients. */
  readonly n: number;
  readonly score: Score;
  /**
   * Default 'cmaes'.
   * - `grid`: all combinations of evenly spaced values, as many as the budget allows; for one or two coefficients
   * - `coordinate`: one coefficient at a time, up and down by a quarter of the box, then by half of that, …
   * - `cmaes`: covariance matrix adaptation
   */
  readonly method?: SearchMethod;
  /** Box of every coefficient. Default [0.8, 1.3], the paper's. */
  readonly bounds?: readonly [low: number, high: number];
  /** Most calls of `score`. Default 100. */
  readonly budget?: number;
  /** Of the draws of `cmaes`. Default 0. */
  readonly seed?: number;
  /** Where `coordinate` and `cmaes` begin, `[n]`. Default 1 each, or the border of the box that is next to it. */
  readonly start?: readonly number[];
}

export interface Scored {
  /** `[n]` */
  readonly lambda: readonly number[];
  readonly score: number;
}

export interface SearchResult extends Scored {
  /** Every call of `score`, in order. */
  readonly history: readonly Scored[];
}

/** A search that is under way: knows its box, and counts. */
export interface Search {
  readonly n: number;
  readonly low: number;
  readonly high: number;
  readonly budget: number;
  readonly seed: number;
  /** `[n]`, in the box. */
  readonly start: readonly number[];
  readonly evaluate: (lambda: readonly number[]) => Promise<number>;
  /** Calls that are left. */
  readonly left: () => number;
}

const searches: Readonly<Record<SearchMethod, (search: Search) => Promise<void>>> = { grid: gridSearch, coordinate: coordinateSearch, cmaes: cmaEs };

function checkOptions({ n, method = 'cmaes', bounds: [low, high] = [0.8, 1.3], budget = 1, start }: SearchOptions): void {
  if (!(Number.isInteger(n) && n >= 1 && n <= 100)) throw new RangeError(`searchLambda: n must be a whole number in 1 … 100, got ${n}`);
  if (!Object.hasOwn(searches, method)) throw new RangeError(`searchLambda: method must be one of ${Object.keys(searches).join(', ')}, got ${method}`);
  if (!(low < high && Number.isFinite(high - low))) throw new RangeError(`searchLambda: bounds must be finite and rise, got [${low}, ${high}]`);
  if (!(Number.isInteger(budget) && budget >= 1)) throw new RangeError(`searchLambda: budget must be a whole number >= 1, got ${budget}`);
  if (start && start.length !== n) throw new RangeError(`searchLambda: start must have n = ${n} values, got ${start.length}`);
  const outside = start?.find((value) => !(value >= low && value <= high));
  if (outside !== undefined) throw new RangeError(`searchLambda: start must lie in [${low}, ${high}], got ${outside}`);
}

/**
 * Looks for the coefficients with the largest score, without derivatives; the same for the same seed. Scores are asked for one after the other. Of equal scores the first is kept.
 *
 * A merge that is linear in its coefficients need not be done anew for each: see `pcbParts`.
 *
 * @throws {RangeError} for options out of range, and a score that is NaN
 */
export async function searchLambda(options: SearchOptions): Promise<SearchResult> {
  checkOptions(options);
  const { n, score, method = 'cmaes', bounds: [low, high] = [0.8, 1.3], budget = 100, seed = 0, start = Array.from({ length: n }, () => Math.min(Math.max(1, low), high)) } = options;
  const history: Scored[] = [];
  await searches[method]({
    n, low, high, budget, seed, start,
    left: () => budget - history.length,
    evaluate: async (lambda) => {
      const value = await score(lambda);
      if (Number.isNaN(value)) throw new RangeError(`searchLambda: score must be a number, got NaN for [${lambda.join(', ')}]`);
      history.push({ lambda, score: value });
      return value;
    },
  });
  return { ...history.reduce((best, scored) => (scored.score > best.score ? scored : best)), history };
}
