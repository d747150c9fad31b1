import type { MergeMethod } from '../method.ts';

/** @throws {RangeError} where a method gets too few or too many models, lacks its base, or gets other companions than one a model */
export function checkMergeInputs({ name, base, models: [fewest, most], companions: wanted }: MergeMethod, hasBase: boolean, models: number, companions: number | undefined): void {
  if (models < fewest || models > most) throw new RangeError(`${name}: models must be ${fewest === most ? fewest : `at least ${fewest}`}, got ${models}`);
  if (base === 'required' && !hasBase) throw new RangeError(`${name}: base must be given, it merges differences from it`);
  if (wanted && companions !== models) throw new RangeError(`${name}: companions must be ${wanted.what} of each of ${models} models, got ${companions ?? 'none'}`);
  if (!wanted && companions !== undefined) throw new RangeError(`${name}: companions must not be given, it takes weights only`);
}
