import type { HostTensor } from '@mixwell/tensor';
import type { GoldenHandler } from '@mixwell/testing';
import { alignment, msPositivityDerivative, msPositivityThreshold, mutualInformation, nearestNeighbours, retrievalMetrics, type RetrievalMetrics, uniformity, utilization } from '../index.ts';

const named = ({ precisionAt1, rPrecision, mapAtR, map, mrr }: RetrievalMetrics) =>
  ({ precision_at_1: precisionAt1, r_precision: rPrecision, mean_average_precision_at_r: mapAtR, mean_average_precision: map!, mean_reciprocal_rank: mrr! });

const each = (x: HostTensor, f: (value: number, i: number) => number): Float64Array => Float64Array.from(x.data as Float64Array, f);

/** What is measured on plain arrays. */
export const measureHandlers: Readonly<Record<string, GoldenHandler>> = {
  retrieval_metrics({ inputs: { embeddings, labels, clusters } }) {
    const measures = retrievalMetrics(embeddings, labels, { fullRanking: true });
    const perClass = named(retrievalMetrics(embeddings, labels, { fullRanking: true, averagePerClass: true }));
    const { nmi, ami } = mutualInformation(labels, clusters);
    return {
      ...named(measures),
      ...Object.fromEntries(Object.entries(perClass).map(([key, value]) => [`per_class_average.${key}`, value])),
      recall_at_1_2_4_8: Float64Array.from(Object.values(measures.recallAt)),
      neighbour_order: nearestNeighbours(embeddings, { k: embeddings.shape[0]! - 1 }).indices,
      NMI: nmi, AMI: ami,
    };
  },
  representation_metrics({ inputs: { train, labels, queries, lambda, similarity }, params }) {
    const options = params as { beta: number; gamma: number; m: number };
    return {
      alignment: alignment(train, labels),
      uniformity: uniformity(train),
      utilization: utilization(queries, train),
      threshold: each(lambda, (value) => msPositivityThreshold(value, options)),
      derivative: each(similarity, (value, i) => msPositivityDerivative(value, (lambda.data as Float32Array)[i]!, options)),
    };
  },
};
