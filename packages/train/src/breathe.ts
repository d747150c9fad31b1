import { setImmediate } from 'node:timers/promises';

/** A busy loop lets timers, signals and streams have their turn at least so often. */
const INTERVAL_MS = 20;

/** A function to await in a busy loop: gives the event loop a turn when the last one was some time ago. */
export function createBreather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < INTERVAL_MS) return;
    await setImmediate();
    last = performance.now();
  };
}
