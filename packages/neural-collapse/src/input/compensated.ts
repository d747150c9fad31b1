/** Sums that do not lose what is small against them (Neumaier 1974): each is total + lost. */
export interface Sums {
  readonly total: Float64Array;
  readonly lost: Float64Array;
}

export const createSums = (length: number): Sums => ({ total: new Float64Array(length), lost: new Float64Array(length) });

export function addTo({ total, lost }: Sums, at: number, value: number): void {
  const before = total[at]!;
  const after = before + value;
  lost[at]! += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
  total[at] = after;
}

export const sumAt = ({ total, lost }: Sums, at: number): number => total[at]! + lost[at]!;
