import type { HostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { mutualInformation } from '../clusters/mutual-information.ts';
import { alignment } from '../geometry/alignment.ts';
import { msPositivityDerivative } from '../geometry/ms-positivity-derivative.ts';
import { uniformity } from '../geometry/uniformity.ts';
import { utilization } from '../geometry/utilization.ts';
import { msPositivityThreshold } from '../metrix/ms-positivity-threshold.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';
import { retrievalMetrics, type RetrievalMetrics } from './retrieval-metrics.ts';

const named = ({ precisionAt1, rPrecision, mapAtR, map, mrr }: RetrievalMetrics) =>
  ({ precision_at_1: precisionAt1, r_precision: rPrecision, mean_average_precision_at_r: mapAtR, mean_average_precision: map!, mean_reciprocal_rank: mrr! });

const each = (x: HostTensor, f: (value: number, i: number) => number): Float64Array => Float64Array.from(x.data as Float64Array, f);

runGolden('metrix', import.meta.url, {
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
});
