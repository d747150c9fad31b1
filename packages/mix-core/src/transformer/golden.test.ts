import { hostTensor } from '@mixwell/tensor';
import { type GoldenVector, runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { applyPlan, blockMask, type Box, cutmixPlan, mixproPlan, type Plan, smmixPlan, tlaBox, tokenmixPlan, weightMap } from '../index.ts';
import { lower, transmixLabelWeights } from '../tf.ts';

type Host = ReturnType<typeof hostTensor<'float32'>>;
type Inputs = GoldenVector['inputs'];
type Numbers = Readonly<Record<string, number>>;

/** Every second number from `first`: of pairs, those of the images (0) or of their partners (1). */
const ofSource = (values: Float32Array | Int32Array, first: 0 | 1): number[] => Array.from(values).filter((_, i) => i % 2 === first);

/** [rows, tokens] as maps on a grid. */
const onGrid = ({ data }: Host, rows: number, [height, width]: readonly [number, number]): Host => hostTensor('float32', [rows, height, width], data);

/** [rows, height, width]: 1 where the partner shows. */
function partnerMask(plan: Plan, height: number, width: number): Host {
  const { data, shape } = weightMap(plan, height, width);
  return hostTensor('float32', [shape[0]!, height, width], Float32Array.from(ofSource(data, 1)));
}

/** Label weights of the images themselves by the attention of their mixtures. */
const attentionShare = (plan: Plan, attention: Host, [height, width]: readonly [number, number], ratio: number): number[] => tf.tidy(() => {
  const mix = lower(plan, { shape: [plan.rows, height, width] });
  return ofSource(transmixLabelWeights(mix, tf.tensor3d(attention.data, attention.shape as [number, number, number]), { ratio }).dataSync<'float32'>(), 0);
});

/** [rows, grid, grid]: the class token's row over the patches, averaged over heads. */
function meanOverHeads({ data, shape }: Host, skip: number, grid: number): Host {
  const [rows, heads, ...inner] = shape as number[];
  const tokens = inner.at(-1)!;
  const stride = inner.reduce((a, b) => a * b, 1);
  const at = (row: number, token: number): number => Array.from({ length: heads! }, (_, head) => data[(row * heads! + head) * stride + token]!).reduce((a, b) => a + b, 0) / heads!;
  const patches = tokens - skip;
  return hostTensor('float32', [rows!, grid, patches / grid], Float32Array.from({ length: rows! * patches }, (_, i) => at(Math.floor(i / patches), skip + (i % patches))));
}

function transmix({ transmix_attention: attention, transmix_box: box, perm }: Inputs, { image_size: size, grid, ratio }: Numbers) {
  const plan = cutmixPlan({ height: size!, width: size!, partner: perm!.data, boxes: [Array.from(box!.data as Int32Array) as unknown as Box] });
  return { transmix_lam_a: attentionShare(plan, meanOverHeads(attention!, 1, grid!), [size!, size!], ratio!) };
}

function tokenmix({ tokenmix_draws: draws, tokenmix_x: x, tokenmix_cls_attention: attention, perm }: Inputs, params: Numbers & { readonly mask_type?: string }) {
  const { lam, minimum_tokens: minTokens, grid, min_aspect: minAspect } = params;
  const all = grid! * grid!;
  const tokens = Math.min(all, Math.floor((1 - lam!) * all) + minTokens!);
  let at = 0;
  const next = (): number => draws!.data[at++]!;
  const random = (): number[] => {
    const taken = new Set(draws!.data.slice(0, tokens));
    return Array.from({ length: all }, (_, token) => Number(taken.has(token)));
  };
  const pasted = params.mask_type === 'random' ? random() : blockMask({ height: grid!, width: grid!, tokens, minAspect: minAspect! }, { uniform: next, integer: next });
  const plan = tokenmixPlan({ partner: perm!.data, pasted, importance: onGrid(attention!, perm!.data.length, [grid!, grid!]) });
  return {
    tokenmix_mask: Array.from(pasted),
    tokenmix_x_mixed: applyPlan(plan, x!),
    tokenmix_weight_a: ofSource(plan.labelWeights, 0),
    tokenmix_weight_b: ofSource(plan.labelWeights, 1),
  };
}

function smmix({ smmix_x: x, smmix_cls_attention: attention, labels_a: labels }: Inputs, { rectangle: side, side: grid }: Numbers) {
  const [rows, height, width] = x!.shape as [number, number, number];
  const partner = Array.from({ length: rows }, (_, row) => rows - 1 - row);
  const plan = smmixPlan({ height, width, partner, attention: meanOverHeads(attention!, 0, grid!), side: side! });
  return {
    smmix_x_mixed: applyPlan(plan, x!),
    smmix_lam_a: plan.labelWeights[0]!,
    smmix_source_mask: partnerMask(plan, height, width),
    smmix_labels_b: partner.map((image) => labels!.data[image]!),
  };
}

function mixpro({ mixpro_x: x, mixpro_cls_attention: attention, mixpro_permutations: order, perm }: Inputs, { lam: lambda, mask_patch: cell, model_patch: patch }: Numbers) {
  const [rows, height, width] = x!.shape as [number, number, number];
  const plan = mixproPlan({ cellRows: height / cell!, cellColumns: width / cell!, partner: perm!.data, order: order!.data, lambda: lambda! });
  return {
    mixpro_x_mixed: applyPlan(plan, x!),
    mixpro_lam_area: ofSource(plan.labelWeights, 0),
    mixpro_lam_attention: attentionShare(plan, onGrid(attention!, rows, [height / patch!, width / patch!]), [height, width], 1),
  };
}

function tla({ tla_x: x, perm }: Inputs, { lam: lambda, patch, center_row: row, center_col: column }: Numbers) {
  const [, height, width] = x!.shape as [number, number, number];
  const plan = cutmixPlan({ height, width, partner: perm!.data, boxes: [tlaBox({ height, width, patch: patch!, lambda: lambda!, centre: [row!, column!] })] });
  const { data } = partnerMask(plan, height, width);
  return { tla_mask: hostTensor('float32', [height, width], data), tla_lam_a: plan.labelWeights[0]! };
}

runGolden('mixing-policies', import.meta.url, {
  async transformer_policies({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const of = (policy: string): Numbers => params[policy] as Numbers;
    const has = (name: string): boolean => inputs[name] !== undefined;
    return {
      ...(has('transmix_attention') && transmix(inputs, of('transmix'))),
      ...(has('tokenmix_x') && tokenmix(inputs, of('tokenmix'))),
      ...(has('smmix_x') && smmix(inputs, of('smmix'))),
      ...(has('mixpro_x') && mixpro(inputs, of('mixpro'))),
      ...(has('tla_x') && tla(inputs, of('tla'))),
    };
  },
});
