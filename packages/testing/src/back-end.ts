// oxlint-disable-next-line import/no-unassigned-import -- the back end registers itself
import '@tensorflow/tfjs-backend-cpu';

const chosen = process.env['MIXWELL_BACKEND'];

/** Whether this run is about one back end of TensorFlow.js (`npm run test:tfjs-node` says which in MIXWELL_BACKEND), so that tests of others are left out. */
export const oneBackEnd: boolean = chosen !== undefined;

/** The back end of tests that are about no particular one: `cpu`, or the one that the run is about. */
export const plainBackEnd: string = chosen ?? 'cpu';

/** The back ends of tests that are about several: the plain one and these, or the one that the run is about. */
export function plainAnd(...others: readonly string[]): readonly string[] {
  return oneBackEnd ? [plainBackEnd] : [plainBackEnd, ...others];
}
