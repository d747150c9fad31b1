import type { Search } from './search-lambda.ts';

/** All combinations of evenly spaced values, both ends of the box among them. @throws {RangeError} where the budget is below 2ⁿ */
export async function gridSearch({ n, low, high, budget, evaluate }: Search): Promise<void> {
  let values = 2;
  while ((values + 1) ** n <= budget) values += 1;
  if (values ** n > budget) throw new RangeError(`searchLambda: budget of a grid must be at least 2 ** n, got ${budget} for n = ${n}`);
  for (let at = 0; at < values ** n; at++) {
    await evaluate(Array.from({ length: n }, (_, i) => low + ((high - low) * (Math.floor(at / values ** i) % values)) / (values - 1)));
  }
}
