export { etfHead, type EtfHeadOptions } from './tf/etf-head.ts';
export { featureDecay } from './tf/feature-decay.ts';
