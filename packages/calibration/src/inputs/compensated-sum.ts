/** A sum whose rounding error does not grow with the number of terms (Neumaier 1974). */
export interface CompensatedSum {
  add(x: number): void;
  readonly value: number;
}

export function compensatedSum(): CompensatedSum {
  const sums = compensatedSums(1);
  return {
    add: (x) => addInto(sums, 0, x),
    get value() {
      return sumAt(sums, 0);
    },
  };
}

/** Many such sums, as plain arrays: what was added, and what rounding lost of it. */
export interface CompensatedSums {
  readonly sum: Float64Array;
  readonly lost: Float64Array;
}

export function compensatedSums(size: number): CompensatedSums {
  return { sum: new Float64Array(size), lost: new Float64Array(size) };
}

export function addInto({ sum, lost }: CompensatedSums, at: number, x: number): void {
  const before = sum[at]!;
  const next = before + x;
  lost[at]! += Math.abs(before) >= Math.abs(x) ? before - next + x : x - next + before;
  sum[at] = next;
}

export function sumAt({ sum, lost }: CompensatedSums, at: number): number {
  return sum[at]! + lost[at]!;
}

/** Adds sums to sums, nothing lost. */
export function addSums(into: CompensatedSums, from: CompensatedSums): void {
  for (let at = 0; at < from.sum.length; at++) {
    addInto(into, at, from.sum[at]!);
    addInto(into, at, from.lost[at]!);
  }
}

/** Mean of `term(0) … term(n - 1)`, summed without loss. */
export function mean(n: number, term: (index: number) => number): number {
  const sum = compensatedSum();
  for (let i = 0; i < n; i++) sum.add(term(i));
  return sum.value / n;
}
