import { checkWhole } from '../check.ts';
import type { Listener, Metrics } from '../fit/events.ts';
import { createEventFile, type EventFile } from './event-file.ts';

export interface TensorBoardOptions {
  /** Steps between the values of single steps. Default 10. */
  readonly every?: number;
}

const tagged = (group: string, metrics: Metrics): Metrics => Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${group}/${name}`, value]));

/** A listener for `fit` that writes TensorBoard event files: `step/<metric>` of single steps, `epoch/<metric>` averaged, `evaluation/<metric>`. */
export function tensorBoard(folder: string, { every = 10 }: TensorBoardOptions = {}): Listener {
  checkWhole('tensorBoard', 'every', every, 1);
  let file: EventFile | undefined;
  return (event) => {
    switch (event.type) {
      case 'start': file = createEventFile(folder, event.step); break;
      case 'step': if (event.step % every === 0) file?.scalars(event.step, tagged('step', event.metrics)); break;
      case 'epoch': {
        const { step, train, evaluation, imagesPerSecond } = event.record;
        file?.scalars(step, { ...tagged('epoch', { ...train, imagesPerSecond }), ...tagged('evaluation', evaluation) });
      }
    }
  };
}
