import type { Search } from './search-lambda.ts';

/** Smallest step, as a share of the box. */
const FINEST = 1e-4;

/** Moves one coefficient after the other up or down as long as the score rises; where none helps any more, by half the step. */
export async function coordinateSearch({ n, low, high, start, evaluate, left }: Search): Promise<void> {
  let at = [...start];
  let best = await evaluate(at);

  const move = async (i: number, step: number): Promise<boolean> => {
    const value = Math.min(Math.max(at[i]! + step, low), high);
    if (value === at[i] || left() <= 0) return false;
    const next = at.with(i, value);
    const score = await evaluate(next);
    if (score <= best) return false;
    [at, best] = [next, score];
    return true;
  };

  for (let step = (high - low) / 4; step > FINEST * (high - low) && left() > 0; step /= 2) {
    let moved = true;
    while (moved && left() > 0) {
      moved = false;
      for (let i = 0; i < n; i++) {
        for (const direction of [step, -step]) {
          if (!(await move(i, direction))) continue;
          moved = true;
          break;
        }
      }
    }
  }
}
