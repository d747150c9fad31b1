export type { GoldenVector, Tolerance } from './golden/golden-file.ts';
export type { GoldenOutput } from './golden/leaves.ts';
export { type GoldenHandler, type GoldenPlace, runGolden } from './golden/run-golden.ts';
