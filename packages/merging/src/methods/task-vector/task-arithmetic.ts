import { blockSize } from '../../kernel/rooms.ts';
import { defineMethod, type MergeMethod } from '../../method.ts';
import { flag, real, share, whole } from '../../parameters/parameter-spec.ts';
import { combineTaskVectors } from './combine.ts';
import { keepBernoulli } from './sparsify/bernoulli.ts';
import { keepByRank } from './sparsify/della.ts';
import { keepBreadcrumbs, keepLargest } from './sparsify/magnitude.ts';
import { keepL1, rescaleOf, rescaleParameter, type Sparsify } from './sparsify/sparsify.ts';
import { taskVector } from './task-vector.ts';

const common = (normalize: boolean) => ({ weight: real('model', 1), lambda: real('tensor', 1), normalize: flag('tensor', normalize) });
const density = share('model', 1);
/** Masks follow from it, the tensor's name, the number of the model and the place. */
const seed = whole('merge', undefined);

/** θ₀ + λ Σ wᵢ τᵢ. Ilharco et al., "Editing Models with Task Arithmetic", ICLR 2023, arXiv 2212.04089. */
export const taskArithmetic: MergeMethod = defineMethod({
  name: 'task_arithmetic',
  base: 'required',
  models: [1, Infinity],
  parameters: common(false),
  elementwise: () => true,
  merge: (inputs, parameters, _, out) => combineTaskVectors(inputs, [], { ...parameters, consensus: false }, out),
});

/**
 * TIES with mergekit's rules: each tensor of each task vector keeps its ⌊density · size⌋ largest magnitudes; of the weighted rest what has the sign of the sum (0: positive)
 * is added and divided by its weights. Yadav et al., "TIES-Merging", NeurIPS 2023, arXiv 2306.01708; `ties_authors` has the authors' rules.
 */
export const ties: MergeMethod = defineMethod({
  name: 'ties',
  base: 'required',
  models: [1, Infinity],
  parameters: { ...common(true), density, rescale: flag('tensor', false) },
  elementwise: () => false,
  merge(inputs, { rescale, ...parameters }, _, out) {
    const sparsify = inputs.models.map((__, i) => {
      const vector = taskVector(inputs, i);
      const keep = keepLargest(vector, parameters.density[i]!);
      return rescale ? keepL1(vector, keep) : keep;
    });
    combineTaskVectors(inputs, sparsify, { ...parameters, consensus: true }, out);
  },
});

/** DARE: drops entries of the task vectors at random and rescales the others; then task arithmetic, or TIES' sign consensus. arXiv 2311.03099. */
const dare = (name: string, consensus: boolean): MergeMethod => defineMethod({
  name,
  base: 'required',
  models: [1, Infinity],
  parameters: { ...common(false), density, rescale: rescaleParameter('l1'), seed },
  elementwise: ({ rescale }) => rescaleOf(rescale) !== 'l1',
  merge(inputs, { rescale, ...parameters }, _, out) {
    const rule = rescaleOf(rescale);
    const sparsify = inputs.models.map((__, i): Sparsify => {
      const keep = keepBernoulli(parameters.density[i]!, rule === 'probability', parameters.seed, inputs.name, i);
      return rule === 'l1' ? keepL1(taskVector(inputs, i), keep) : (delta, start) => keep(delta, inputs.offset + start);
    });
    combineTaskVectors(inputs, sparsify, { ...parameters, consensus }, out);
  },
});

export const dareLinear: MergeMethod = dare('dare_linear', false);
export const dareTies: MergeMethod = dare('dare_ties', true);

/** Whole rows in a block, of about `blockSize` elements. */
const rowBlock = (row: number): number => row * Math.max(1, Math.floor(blockSize / row));

/** DELLA: as DARE, but large magnitudes of a row (last axis) are dropped less often. arXiv 2406.11617. */
const dellaMethod = (name: string, consensus: boolean): MergeMethod => defineMethod({
  name,
  base: 'required',
  models: [1, Infinity],
  parameters: { ...common(consensus), density, epsilon: real('model', 0.15, '>= 0', (x) => x >= 0), rescale: rescaleParameter('l1'), seed },
  elementwise: () => false,
  merge(inputs, { rescale, ...parameters }, _, out) {
    const rule = rescaleOf(rescale);
    const row = inputs.shape.at(-1) ?? 1;
    const sparsify = inputs.models.map((__, i) => {
      const keep = keepByRank(row, parameters.density[i]!, parameters.epsilon[i]!, rule === 'probability', parameters.seed, inputs.name, i);
      return rule === 'l1' && parameters.density[i]! < 1 ? keepL1(taskVector(inputs, i, rowBlock(row)), keep) : keep;
    });
    combineTaskVectors(inputs, sparsify, { ...parameters, consensus }, out, rowBlock(row));
  },
});

export const della: MergeMethod = dellaMethod('della', true);
export const dellaLinear: MergeMethod = dellaMethod('della_linear', false);

/** Model breadcrumbs: drops the largest magnitudes of each task vector, and the smallest. Davari and Belilovsky, ECCV 2024, arXiv 2312.06795. */
const breadcrumbsMethod = (name: string, consensus: boolean): MergeMethod => defineMethod({
  name,
  base: 'required',
  models: [1, Infinity],
  parameters: { ...common(false), density, gamma: share('model', 0.01), rescale: flag('tensor', false) },
  elementwise: () => false,
  merge(inputs, { rescale, gamma, ...parameters }, _, out) {
    const sparsify = inputs.models.map((__, i) => {
      const vector = taskVector(inputs, i);
      const keep = keepBreadcrumbs(vector, parameters.density[i]!, gamma[i]!);
      return rescale ? keepL1(vector, keep) : keep;
    });
    combineTaskVectors(inputs, sparsify, { ...parameters, consensus }, out);
  },
});

export const breadcrumbs: MergeMethod = breadcrumbsMethod('breadcrumbs', false);
export const breadcrumbsTies: MergeMethod = breadcrumbsMethod('breadcrumbs_ties', true);
