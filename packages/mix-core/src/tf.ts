export { applyMix } from './tf/apply-mix.ts';
export { lower, type LowerOptions } from './tf/lower.ts';
export type { Mix, Warp } from './tf/mix.ts';
export { mixTargets } from './tf/mix-targets.ts';
