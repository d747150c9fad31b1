import type { Reproduction } from './claim.ts';

/** Whose claims can be tried, by the name on the command line. */
export const systems: Readonly<Record<string, Reproduction>> = {};
