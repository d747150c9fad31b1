import { hostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { applyPlan, comixPlan, gridCut, mixLabels, puzzleCosts, puzzlemixPlan } from '../index.ts';
import { comixProblems } from './comix.ts';
import { comixObjective } from './comix-objective.ts';

interface PuzzleParams {
  readonly block_num: number;
  readonly n_labels: 2 | 3 | 4;
  readonly beta: number;
  readonly gamma: number;
  readonly eta: number;
  readonly neigh_size: number;
  readonly t_eps: number;
  readonly t_size: number;
  readonly lam_prior: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Which place shows each source block, or −1: the inverse of tiles. */
function placesOf(tiles: Int32Array, rows: number, j: number): Int32Array {
  const count = tiles.length / (2 * rows);
  const places = new Int32Array(rows * count).fill(-1);
  for (let row = 0; row < rows; row++) {
    for (let place = 0; place < count; place++) {
      const source = tiles[(2 * row + j) * count + place]!;
      if (source >= 0) places[row * count + source] = place;
    }
  }
  return places;
}

runGolden('mixing-policies', import.meta.url, {
  puzzlemix({ inputs: { x, saliency, perm }, params }) {
    const { block_num: blocks, n_labels: labels, beta, gamma, eta, neigh_size: neighSize, t_eps: transportEps, t_size: size, lam_prior: lambda, mean, std } = params as unknown as PuzzleParams;
    const [rows, height, width] = x.shape;
    const batch = { rows, height, width, images: x, saliency };
    const choice = { partner: perm.data, lambda, blocks, labels, beta, gamma, eta, neighSize, transportEps, mean, std, ...(size > 0 && { tileSize: size }) };
    // the authors' code hands whole numbers to its solver
    const whole = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, (value) => Math.trunc(Math.fround(1000 * blocks ** 2 * value)));
    const costs = puzzleCosts(batch, choice).map((problem) => ({ ...problem, unary: whole(problem.unary), vertical: whole(problem.vertical), horizontal: whole(problem.horizontal) }));
    const cuts = costs.map((problem) => gridCut(problem));
    const joined = (pick: (i: number) => ArrayLike<number>): number[] => costs.flatMap((_, i) => Array.from(pick(i)));
    const plan = puzzlemixPlan(batch, { ...choice, transport: 'reference' });
    const keep = plan.masks.filter((_, i) => i % 2 === 0);
    return {
      unary_cost: joined((i) => costs[i]!.unary),
      weight_vertical: joined((i) => costs[i]!.vertical),
      weight_horizontal: joined((i) => costs[i]!.horizontal),
      pairwise_label_cost: costs[0]!.labelCost,
      min_energy: cuts.map(({ energy }) => energy),
      labels: hostTensor('int32', [rows, blocks, blocks], Int32Array.from(joined((i) => cuts[i]!.labels))),
      mask_blocks: hostTensor('float32', [rows, blocks, blocks], keep),
      plan_a_argmax_row: placesOf(plan.tiles!, rows, 0),
      plan_b_argmax_row: placesOf(plan.tiles!, rows, 1),
      lam_a: plan.labelWeights.filter((_, i) => i % 2 === 0),
      x_mixed: applyPlan(plan, x),
      x_mixed_no_transport: applyPlan(puzzlemixPlan(batch, { ...choice, transport: 'none' }), x),
    };
  },
  comix({ inputs: { x, saliency, labels, onehot, distance, dirichlet_prior: prior, init_labels: start }, params }) {
    const { m, block_num: blocks, beta, gamma, eta, thres: threshold, omega, niter: sweeps } = params as { m: number; block_num: number; beta: number; gamma: number; eta: number; thres: number; omega: number; niter: number };
    const [rows, height, width] = x.shape;
    const batch = { rows, height, width, saliency };
    const choice = { blocks, beta, gamma, eta, threshold, omega, sweeps, partition: m, crowding: 'reference' as const, resolve: params['set_resolve'] as boolean, prior: prior.data, start: start.data, distances: distance.data };
    const plan = comixPlan(batch, choice);
    const { problem } = comixProblems('comix', batch, choice)[0]!;
    const shares = Float64Array.from(plan.masks);
    const first = new Float64Array(shares.length);
    start.data.forEach((image: number, cell: number) => { first[cell * m + image] = 1; });
    return {
      assignment: hostTensor('float32', [rows, blocks, blocks, m], plan.masks),
      x_mixed: applyPlan(plan, x),
      targets: mixLabels(plan, labels, onehot.shape[1]),
      objective: comixObjective(problem, shares),
      objective_init: comixObjective(problem, first),
      objective_thresholded: comixObjective(problem, shares, true),
    };
  },
});
