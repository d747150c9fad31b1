export { type Checkpoint, isStored, type StoredTensor, type TensorPlace, type TensorPlaces } from './sources/tensor-place.ts';
export { openCheckpoint } from './sources/open-checkpoint.ts';
export { mergeFiles, type MergeFilesOptions } from './run/merge-files.ts';
export type { Progress } from './run/progress.ts';
export type { RunOptions } from './run/run-job.ts';
