import type { HostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { mergeStateDicts } from './index.ts';
import { type PcbVariant, pcbWeights } from './methods/pcb/pcb.ts';

const rows = ({ data, shape }: HostTensor): Float32Array[] =>
  Array.from({ length: shape[0]! }, (_, i) => (data as Float32Array).subarray(i * (data.length / shape[0]!), (i + 1) * (data.length / shape[0]!)));

runGolden('pcb-merging', import.meta.url, {
  pcb({ inputs: { tv, base }, params }) {
    const { ratio, lambda, clampReleased, clampNlpVision } = params as { ratio: number; lambda: number[]; clampReleased: number; clampNlpVision: number };
    const taskVectors = rows(tv);
    const zero = { dtype: 'float32', shape: [tv.shape[1]], data: new Float32Array(tv.shape[1]) } as const;
    const dict = (data: Float32Array) => ({ x: { ...zero, data } });
    const merged = (variant: PcbVariant, clamp: number, lambdas: readonly number[], from: HostTensor = zero) => mergeStateDicts('pcb', {
      base: { x: from },
      models: taskVectors.map((row) => dict(row.map((v, e) => v + (from.data as Float32Array)[e]!))),
      parameters: { variant, ratio, clamp }, perModel: lambdas.map((l) => ({ lambda: l })),
    }).merged['x'];
    const ones = lambda.map(() => 1);
    const flat = (x: readonly Float32Array[]) => ({ ...tv, data: Float32Array.from(x.flatMap((row) => Array.from(row))) });
    const weights = (variant: PcbVariant, clamp: number) => pcbWeights(taskVectors, { variant, ratio, clamp });
    const paper = pcbWeights(taskVectors, { variant: 'paper', ratio: 1 }).weights;
    const largest = paper.flatMap((row) => Array.from(row)).reduce((a, b) => Math.max(a, b));
    return {
      released_clamped: flat(weights('released', clampReleased).clamped),
      released_scale: flat(weights('released', clampReleased).weights),
      released_merged_tv: merged('released', clampReleased, ones),
      released_merged_tv_lambda: merged('released', clampReleased, lambda),
      nlp_scale: flat(weights('nlp', clampNlpVision).weights),
      nlp_merged_tv: merged('nlp', clampNlpVision, ones),
      vision_pairwise_scale: flat(weights('visionPairwise', clampNlpVision).weights),
      vision_pairwise_merged_tv: merged('visionPairwise', clampNlpVision, lambda),
      vision_sum_scale: flat(weights('visionSum', clampNlpVision).weights),
      vision_sum_merged_tv: merged('visionSum', clampNlpVision, lambda),
      paper_balancing: flat(paper.map((row) => row.map((b) => b / largest))),
      paper_merged_tv_lambda: merged('paper', 0, lambda),
      merged_params: merged('released', clampReleased, lambda.map(() => lambda[0]!), base),
    };
  },
});
