/** Milliseconds of a step: quartiles over the turns. */
export interface Spread {
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
}

/** Between the two nearest values, as NumPy's default. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place));
}

/** @throws {RangeError} where there are no values */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('spread: values must not be empty');
  return { p25: quantile(values, 0.25), median: quantile(values, 0.5), p75: quantile(values, 0.75) };
}

/** Spread of the ratios of the turns that were taken one after the other: what slows the machine down for a while slows both. */
export function pairedRatio(ours: readonly number[], peer: readonly number[]): Spread {
  if (ours.length !== peer.length) throw new RangeError(`pairedRatio: ours and peer must be of one length, got ${ours.length} and ${peer.length}`);
  return spread(ours.map((ms, turn) => ms / peer[turn]!));
}
