// Wilson: Probable inference, the law of succession, and statistical inference, 1927.

/** 97.5 % point of the normal distribution. */
const z95 = 1.959963984540054;

/** 95 % confidence interval of a probability after `successes` out of `n` trials; [0, 1] without any. */
export function wilsonInterval(successes: number, n: number): readonly [low: number, high: number] {
  if (n === 0) return [0, 1];
  const p = successes / n;
  const z2 = z95 * z95;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
