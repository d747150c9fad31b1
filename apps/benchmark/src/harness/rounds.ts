import type { Contestant } from './contestant.ts';

/** Work of one turn: long enough that a clock and a cold cache do not matter. */
const TURN_MS = 150;

/** How long programs take turns. */
export interface Length {
  /** Turns of each program at least. */
  readonly turns: number;
  /** After so many seconds no further round begins, unless the least number of turns is not reached. */
  readonly seconds: number;
}

/** Milliseconds of a step, for each program one number a turn. Programs take turns, the order reversed from round to round. */
export async function takeTurns(contestants: readonly Contestant[], { turns, seconds }: Length, onRound: (round: number) => void = () => {}): Promise<readonly (readonly number[])[]> {
  const steps: number[] = [];
  for (const [i, contestant] of contestants.entries()) {
    await contestant.turn(1); // warm: the second step still allocates
    steps[i] = Math.max(1, Math.round(TURN_MS / await contestant.turn(1)));
  }
  const times: number[][] = contestants.map(() => []);
  const begin = performance.now();
  for (let round = 0; round < turns || performance.now() - begin < 1000 * seconds; round++) {
    onRound(round);
    const order = contestants.map((_, i) => (round % 2 === 0 ? i : contestants.length - 1 - i));
    for (const i of order) times[i]!.push(await contestants[i]!.turn(steps[i]!));
  }
  return times;
}
