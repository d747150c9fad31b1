import type { MetrixLevel } from '@mixwell/metric-mix/tf';
import { contrastive, type LossSpec, multiSimilarity, proxyAnchor } from '@mixwell/metric-mix/tf';

/** A loss, and where examples are mixed; null: nowhere. */
export interface Way {
  readonly spec: LossSpec;
  readonly level: MetrixLevel | null;
  /** Whether proxies of classes are the anchors. */
  readonly proxies: boolean;
  /** Whether terms of pairs are averaged, those above 0 alone. */
  readonly ofPairs: boolean;
}

export const levels = ['embedding', 'input', 'feature'] as const;

/** The options are those of the paper. */
const losses = {
  'MS': { spec: multiSimilarity(), proxies: false, ofPairs: false },
  'contrastive': { spec: contrastive({ form: 'distance' }), proxies: false, ofPairs: true },
  'proxy anchor': { spec: proxyAnchor(), proxies: true, ofPairs: false },
} as const;

export type LossName = keyof typeof losses;
export const lossNames = Object.keys(losses) as readonly LossName[];

export const wayName = (loss: LossName, level: MetrixLevel | null): string => (level === null ? loss : `${loss} + ${level}`);

/** Each loss without mixing and with mixing at each level. */
export const allWays: Readonly<Record<string, Way>> = Object.fromEntries(lossNames.flatMap((loss) => [null, ...levels].map((level) => [wayName(loss, level), { ...losses[loss], level }])));
