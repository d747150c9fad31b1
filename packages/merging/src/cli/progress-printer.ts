import type { Progress } from '../run/progress.ts';
import { secondsText } from './sizes.ts';

/** Share of the work between two lines where no terminal shows one. */
const step = 0.1;
/** Milliseconds between two pictures of a line. */
const interval = 100;

/** Prints how far a merge is: one line that changes in a terminal, a line every tenth elsewhere. */
export function progressPrinter(write: (text: string) => void, isTerminal: boolean): { readonly show: (progress: Progress) => void; readonly end: () => void } {
  let [lastTime, lastShare] = [-Infinity, 0];
  return {
    show({ stage, share, secondsLeft }) {
      const text = `${stage} ${Math.floor(100 * share)} %${secondsLeft === undefined ? '' : `, ${secondsText(secondsLeft)} left`}`;
      if (isTerminal && performance.now() - lastTime >= interval) {
        lastTime = performance.now();
        write(`\r\u001b[K${text}`);
      } else if (!isTerminal && share >= lastShare + step) {
        lastShare = Math.floor(share / step) * step;
        write(`${text}\n`);
      }
    },
    end() {
      if (isTerminal) write('\r\u001b[K');
    },
  };
}
