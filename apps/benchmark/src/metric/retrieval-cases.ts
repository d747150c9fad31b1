import { retrievalMetrics } from '@mixwell/metric-mix';
import { retrievalMetricsInThreads } from '@mixwell/metric-mix/node';
import type { Work } from '../harness/serve.ts';
import { classRows } from './hashed.ts';
import type { MetricCase } from './metric-case.ts';

const [rows, dimensions, classes] = [20_000, 512, 1000] as const;

async function prepareRetrieval(measure: typeof retrievalMetricsInThreads): Promise<Work> {
  const { values, labels } = classRows(rows, dimensions, classes);
  const run = async (): Promise<number> => {
    const { precisionAt1, rPrecision, mapAtR } = await measure({ data: values, shape: [rows, dimensions] }, labels);
    return precisionAt1 + rPrecision + mapAtR;
  };
  return { version: `Node ${process.version}`, check: await run(), step: async () => { await run(); } };
}

const common = { peers: ['pytorch-metric-learning', 'faiss'], flops: rows * (rows - 1) * dimensions };

/** Recall@1, R-precision and MAP@R of all rows among one another. */
export const retrievalCases: readonly MetricCase[] = [
  { ...common, name: 'retrieval-20000x512', prepare: () => prepareRetrieval(retrievalMetricsInThreads) },
  { ...common, name: 'retrieval-one-thread', prepare: () => prepareRetrieval((...args) => Promise.resolve(retrievalMetrics(...args))) },
];
