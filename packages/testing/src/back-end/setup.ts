import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach } from 'vitest';
import { plainBackEnd } from '../back-end.ts';
import { activate } from './activate.ts';
import { deviationOf } from './known-deviations.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The back end that was active at the end of the test. */
    ranOn?: string;
    /** Why the test is known to fail on the back end. */
    deviation?: string;
  }
}

// the engine and its gradients belong to the copy of tfjs-core that is imported first: ours, not that of the back end
await activate(plainBackEnd);

beforeEach(({ task }) => {
  const reason = deviationOf(plainBackEnd, task);
  if (reason === undefined) return;
  task.meta.deviation = reason;
  (task as { fails?: boolean }).fails = true; // one that passes after all is a failure: the list may only shrink
});

afterEach(({ task }) => {
  task.meta.ranOn = tf.getBackend();
});
