/** A sum whose rounding error does not grow with the number of terms (Neumaier 1974). */
export interface CompensatedSum {
  add(x: number): void;
  readonly value: number;
}

export function compensatedSum(): CompensatedSum {
  let sum = 0;
  let lost = 0;
  return {
    add(x) {
      const next = sum + x;
      lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
      sum = next;
    },
    get value() {
      return sum + lost;
    },
  };
}

/** Mean of `term(0) … term(n - 1)`, summed without loss. */
export function mean(n: number, term: (index: number) => number): number {
  const sum = compensatedSum();
  for (let i = 0; i < n; i++) sum.add(term(i));
  return sum.value / n;
}
