export { assertFinite } from './assert-finite.ts';
export { batches, type Batch, type Batches, type BatchOptions } from './batches.ts';
export { channelStatistics, type ChannelStatistics } from './channel-statistics.ts';
export type { Dataset, Samples } from './dataset.ts';
export { parseIdx, readIdx, type IdxDType, type IdxTensor } from './idx.ts';
export { type KnownDataset, knownStatistics } from './known-statistics.ts';
export { loadIdxDataset, type IdxDataset, type LoadIdxOptions } from './load-idx-dataset.ts';
export { normalize, type Normalization } from './normalize.ts';
export { split, type SplitOptions } from './split.ts';
