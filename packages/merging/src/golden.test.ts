import type { HostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { electSigns, mergeStateDicts, type MergeStateDictsOptions, type MethodName, type PcbVariant, pcbWeights } from './index.ts';
import { combineTaskVectors } from './methods/task-vector/combine.ts';
import { keepProbabilities } from './methods/task-vector/sparsify/della.ts';
import { keepL1, type Sparsify } from './methods/task-vector/sparsify/sparsify.ts';
import { taskVector } from './methods/task-vector/task-vector.ts';

/** The slices of a tensor along its first axis, in float64, which holds sums of float32 numbers as they are. */
const slices = ({ data, shape: [count, ...shape] }: HostTensor): HostTensor<'float64'>[] => Array.from({ length: count! }, (_, i) => {
  const size = data.length / count!;
  return { dtype: 'float64', shape, data: Float64Array.from((data as Float64Array).subarray(i * size, (i + 1) * size)) };
});
const wide = (x: HostTensor): HostTensor<'float64'> => ({ dtype: 'float64', shape: x.shape, data: Float64Array.from(x.data as Float64Array) });
const dict = (x: HostTensor) => ({ x });
const stacked = (tensors: readonly HostTensor[]): HostTensor => ({ dtype: 'float64', shape: [tensors.length, ...tensors[0]!.shape], data: Float64Array.from(tensors.flatMap(({ data }) => Array.from(data as Float64Array))) });

interface Options extends Pick<MergeStateDictsOptions, 'parameters' | 'perModel'> {
  readonly companions?: readonly HostTensor[];
}

function merge(method: MethodName, base: HostTensor | undefined, models: readonly HostTensor[], { companions, ...options }: Options = {}): HostTensor {
  return mergeStateDicts(method, { ...(base && { base: dict(wide(base)) }), models: models.map((model) => dict(wide(model))), ...(companions && { companions: companions.map(dict) }), ...options }).merged['x']!;
}

const zero = (like: HostTensor): HostTensor<'float64'> => ({ dtype: 'float64', shape: like.shape, data: new Float64Array(like.data.length) });
const add = (a: HostTensor, b: HostTensor): HostTensor => ({ ...wide(a), data: (wide(a).data).map((v, e) => v + wide(b).data[e]!) });

function pcbOutputs(tv: HostTensor, base: HostTensor, params: Readonly<Record<string, unknown>>) {
  const { ratio, lambda, clampReleased, clampNlpVision } = params as { ratio: number; lambda: number[]; clampReleased: number; clampNlpVision: number };
  const rows = slices(tv).map(({ data }) => Float32Array.from(data));
  const matrix = (values: readonly Float32Array[]): HostTensor => stacked(values.map((row) => ({ dtype: 'float64', shape: [row.length], data: Float64Array.from(row) })));
  const weights = (variant: PcbVariant, clamp: number) => pcbWeights(rows, { variant, ratio, clamp });
  const merged = (variant: PcbVariant, clamp: number, lambdas: readonly number[], from = zero(base)): HostTensor =>
    merge('pcb', from, slices(tv).map((row) => add(row, from)), { parameters: { variant, ratio, clamp }, perModel: lambdas.map((l) => ({ lambda: l })) });
  const ones = lambda.map(() => 1);
  const paper = pcbWeights(rows, { variant: 'paper', ratio: 1 }).weights;
  const largest = Math.max(...paper.map((row) => row.reduce((a, b) => Math.max(a, b))));
  return {
    released_clamped: matrix(weights('released', clampReleased).clamped),
    released_scale: matrix(weights('released', clampReleased).weights),
    released_merged_tv: merged('released', clampReleased, ones),
    released_merged_tv_lambda: merged('released', clampReleased, lambda),
    nlp_scale: matrix(weights('nlp', clampNlpVision).weights),
    nlp_merged_tv: merged('nlp', clampNlpVision, ones),
    vision_pairwise_scale: matrix(weights('visionPairwise', clampNlpVision).weights),
    vision_pairwise_merged_tv: merged('visionPairwise', clampNlpVision, lambda),
    vision_sum_scale: matrix(weights('visionSum', clampNlpVision).weights),
    vision_sum_merged_tv: merged('visionSum', clampNlpVision, lambda),
    paper_balancing: matrix(paper.map((row) => row.map((b) => b / largest))),
    paper_merged_tv_lambda: merged('paper', 0, lambda),
    merged_params: merged('released', clampReleased, ones.map(() => lambda[0]!), wide(base)),
  };
}

function tiesOutputs(tv: HostTensor, density: number, suffix: string) {
  const { masks, signs } = electSigns(slices(tv).map(({ data }) => Float32Array.from(data)), density);
  const merged = (aggregate: string): HostTensor => merge('ties_authors', zero(slices(tv)[0]!), slices(tv), { parameters: { density, aggregate } });
  return { [`mask_${suffix}`]: masks.flatMap((mask) => Array.from(mask)), [`signs_${suffix}`]: signs, ...Object.fromEntries(['mean', 'sum', 'max'].map((rule) => [`dis_${rule}_${suffix}`, merged(rule)])) };
}

/** Keeps what a mask says, what is kept divided by a probability. */
const given = ({ data }: HostTensor, probability: (place: number) => number = () => 1): Sparsify => (delta, start) => {
  for (let e = 0; e < delta.length; e++) delta[e] = (delta[e]! * Number(data[start + e])) / probability(start + e);
};

function taskVectorOutputs({ base, models, mask }: Record<string, HostTensor>, params: Readonly<Record<string, unknown>>) {
  const { weights, density, lambda, gamma, epsilon } = params as { weights: number[]; density: number; lambda: number; gamma: number; epsilon: number };
  const perModel = weights.map((weight) => ({ weight }));
  const all = slices(models!);
  const run = (method: MethodName, parameters: object): HostTensor => merge(method, base!, all, { parameters: { lambda, ...parameters }, perModel });
  const inputs = { name: 'x', shape: base!.shape, offset: 0, base: wide(base!).data, models: all.map(({ data }) => data) };
  const row = base!.shape.at(-1)!;
  const probabilities = all.map((_, i) => {
    const out = zero(base!);
    taskVector(inputs, i, row).each((delta, start) => out.data.set(keepProbabilities(delta, density, epsilon), start));
    return out;
  });
  const masked = (consensus: boolean, normalize: boolean, rescale: 'l1' | 'none' | ((i: number) => (place: number) => number)): HostTensor => {
    const out = zero(base!);
    const sparsify = slices(mask!).map((one, i) => {
      const keep = given(one, typeof rescale === 'function' ? rescale(i) : undefined);
      return rescale === 'l1' ? keepL1(taskVector(inputs, i), keep) : keep;
    });
    combineTaskVectors(inputs, sparsify, { weight: weights, normalize, lambda, consensus }, out.data);
    return out;
  };
  return {
    task_arithmetic: run('task_arithmetic', {}),
    ties: run('ties', { density }),
    ties_not_normalized: run('ties', { density, normalize: false }),
    breadcrumbs: run('breadcrumbs', { density, gamma }),
    breadcrumbs_ties: run('breadcrumbs_ties', { density, gamma }),
    dare_ties: masked(true, false, 'l1'),
    dare_linear: masked(false, false, 'l1'),
    dare_linear_no_rescale: masked(false, false, 'none'),
    dare_linear_paper: masked(false, false, () => () => density),
    della: masked(true, true, 'l1'),
    della_linear: masked(false, false, 'l1'),
    della_linear_paper: masked(false, false, (i) => (place) => probabilities[i]!.data[place]!),
    della_keep_probability: stacked(probabilities),
  };
}

function sphericalOutputs(inputs: Record<string, HostTensor>, params: Readonly<Record<string, unknown>>) {
  const { a, b, near, base, xs, stock_models: stock, sparse_models: sparse } = inputs as Record<'a' | 'b' | 'near' | 'base' | 'xs' | 'stock_models' | 'sparse_models', HostTensor>;
  const { t, weights, nuslerpTaskT, karcher, sceTopk, ram, nearswapT } = params as {
    t: number[]; weights: number[]; nuslerpTaskT: number; karcher: { maxIter: number; tol: number }; sceTopk: number; ram: { epsilon: number; r: number; alpha: number }; nearswapT: number;
  };
  const perModel = weights.map((weight) => ({ weight }));
  const between = (share: number) => [{ weight: 1 - share }, { weight: share }];
  const nuslerp = (parameters: object): HostTensor => stacked(t.map((share) => merge('nuslerp', undefined, [a, b], { perModel: between(share), parameters: { ...parameters } })));
  return {
    slerp: stacked(t.map((share) => merge('slerp', undefined, [a, b], { parameters: { t: share } }))),
    slerp_nearly_colinear: stacked(t.map((share) => merge('slerp', undefined, [a, near], { parameters: { t: share } }))),
    nuslerp_flat: nuslerp({}),
    nuslerp_last_axis: nuslerp({ nuslerp_flatten: false }),
    nuslerp_first_axis: nuslerp({ nuslerp_flatten: false, nuslerp_row_wise: true }),
    nuslerp_task_vectors: merge('nuslerp', base, [a, b], { perModel: between(nuslerpTaskT) }),
    multislerp: merge('multislerp', undefined, slices(xs), { perModel }),
    multislerp_base: merge('multislerp', base, slices(xs), { perModel }),
    karcher: merge('karcher', undefined, slices(xs), { parameters: { max_iter: karcher.maxIter, tol: karcher.tol } }),
    model_stock: merge('model_stock', base, slices(stock), { parameters: { clamp_ratio: false } }),
    model_stock_rowwise: merge('model_stock', base, slices(stock), { parameters: { clamp_ratio: false, filter_wise: true } }),
    sce: merge('sce', base, slices(stock), { parameters: { select_topk: sceTopk } }),
    sce_all: merge('sce', base, slices(stock)),
    ram: merge('ram', base, slices(sparse), { parameters: { epsilon: ram.epsilon } }),
    ramplus_tl: merge('ramplus_tl', base, slices(sparse), { parameters: { ...ram } }),
    nearswap: merge('nearswap', base, [a], { parameters: { t: nearswapT } }),
    arcee_fusion: merge('arcee_fusion', base, [a]),
    linear: merge('linear', undefined, slices(xs), { perModel }),
  };
}

/** Xᵀ X of `[samples, in]`. */
function gramOf({ data, shape: [samples, size] }: HostTensor<'float64'>): HostTensor<'float64'> {
  const out: HostTensor<'float64'> = { dtype: 'float64', shape: [size!, size!], data: new Float64Array(size! * size!) };
  for (let s = 0; s < samples!; s++) for (let i = 0; i < size!; i++) for (let j = 0; j < size!; j++) out.data[i * size! + j]! += data[s * size! + i]! * data[s * size! + j]!;
  return out;
}

runGolden('pcb-merging', import.meta.url, {
  pcb: ({ inputs: { tv, base }, params }) => pcbOutputs(tv, base, params),
  ties_reference: ({ inputs: { tv }, params }) => ({
    ...Object.assign({}, ...(params['K'] as number[]).map((k) => tiesOutputs(tv, k / 100, `k${k}`))) as object,
    task_arithmetic_sum: merge('task_arithmetic', zero(slices(tv)[0]!), slices(tv)),
    average: merge('linear', undefined, slices(tv)),
  }),
  task_vector_methods: ({ inputs, params }) => taskVectorOutputs(inputs, params),
  spherical_and_other: ({ inputs, params }) => sphericalOutputs(inputs, params),
  fisher_regmean_adamerging: ({ inputs: { W, X, fisher_values: fisher }, params }) => ({
    fisher: merge('fisher', undefined, slices(W), { companions: slices(fisher), parameters: { floor: params['fisherFloor'] as number } }),
    ...Object.fromEntries(Array.from({ length: 11 }, (_, k) => (k / 10).toFixed(1)).map((reduction) => [`regmean_alpha${reduction}`, merge('regmean', undefined, slices(W), { companions: slices(X).map(gramOf), parameters: { reduction: Number(reduction) } })])),
  }),
});
