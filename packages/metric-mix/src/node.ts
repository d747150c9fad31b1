export { nearestNeighboursInThreads, retrievalMetricsInThreads, type ThreadOptions } from './threads/in-threads.ts';
