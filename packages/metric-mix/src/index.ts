export { type Nearest, nearestNeighbours, type NearestOptions } from './retrieval/nearest-neighbours.ts';
export type { OnProgress } from './retrieval/for-each-query.ts';
export { type RetrievalMetrics, retrievalMetrics, type RetrievalOptions } from './retrieval/retrieval-metrics.ts';
export { drawLambda, type DrawLambdaOptions } from './pairs/draw-lambda.ts';
export { type MixKind, type MixPairs, mixPairs, type MixPairsOptions, type PositiveRule } from './pairs/mix-pairs.ts';
export { msPositivityThreshold } from './metrix/ms-positivity-threshold.ts';
