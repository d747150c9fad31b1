export { activeTerms, classWeighted, divisor, type PairReduction, perAnchor, type Reducer, reduceTerms, type Terms, threshold } from './reduction/reduction.ts';
export { cosineSimilarities } from './similarity/cosine-similarities.ts';
export type { EmbeddingsLike, LabelsLike } from './inputs.ts';
export { euclideanDistances, rowDistances, rowProducts, squaredDistances } from './similarity/distances.ts';
export { maskedLog, maskedLogSumExp, type MaskedLogSumExpOptions } from './similarity/masked-log-sum-exp.ts';
export { notSelf, type PairMasks, pairMasks } from './similarity/pair-masks.ts';
export { safeSqrt } from './similarity/safe-sqrt.ts';
export { unitRows } from './similarity/unit-rows.ts';
