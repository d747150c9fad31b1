import { dirichlet, integer } from '@mixwell/tensor';
import { checkAlpha, checkShare, checkWhole } from '../check.ts';
import type { MaskPlan } from '../plan/plan.ts';
import { readMaps, readSize } from '../policy/evidence.ts';
import { type Batch, definePolicy, type Policy } from '../policy/policy.ts';
import { blockShares } from './block-means.ts';
import type { ComixProblem, Crowding } from './comix-objective.ts';
import { solveComix } from './comix-solver.ts';
import { salientPlaces } from './salient-places.ts';

/** Pixels per side of the squares among which the most salient one is an image's place. */
const SALIENT_SIDE = 8;

export interface ComixSettings {
  /** Blocks per side; must divide the images' height and width. Default 4. */
  readonly blocks?: number;
  /** Images that are mixed jointly, at most: a larger batch is cut into parts of nearly equal size. Default 20. */
  readonly partition?: number;
  /** How much neighbouring blocks should agree. Default 0.32. */
  readonly beta?: number;
  /** How much outputs should differ in what they show. Default 1. */
  readonly gamma?: number;
  /** How much the drawn prior counts. Default 0.05. */
  readonly eta?: number;
  /** An image costs nothing in an output while the others show less of it than this share of an image. Default 0.83. */
  readonly threshold?: number;
  /** How much images that are salient at other places count as alike, in [0, 1]. Default 0.001. */
  readonly omega?: number;
  /** How that is counted. Default 'paper'. */
  readonly crowding?: Crowding;
  /** Sweeps over the outputs. Default 4. */
  readonly sweeps?: number;
  /** Whether outputs that show the same images are driven apart before the last sweep. Default true. */
  readonly resolve?: boolean;
  /**
   * Sources in the plan: 'all' images of a part, so that every plan has the same shape and nothing compiled is compiled again, or as many as the output that mixes most of them
   * has ('used'; mostly 2 to 5). Default 'all'.
   */
  readonly sources?: 'all' | 'used';
}

export interface ComixChoice extends ComixSettings {
  /** [rows]: how likely each image is in the outputs of its part, > 0; drawn from a Dirichlet distribution for each part. */
  readonly prior: ArrayLike<number>;
  /** [rows, blocks, blocks]: the image that each block shows at first, counted within the part. */
  readonly start: ArrayLike<number>;
  /** [rows, rows]: how far apart images are. Default: how far apart the places are at which they are most salient, rows and columns added. */
  readonly distances?: ArrayLike<number>;
}

/** Images [first, end) of a batch. */
interface Part {
  readonly first: number;
  readonly end: number;
}

const settingsOf = ({ blocks = 4, partition = 20, beta = 0.32, gamma = 1, eta = 0.05, threshold = 0.83, omega = 0.001, crowding = 'paper', sweeps = 4, resolve = true, sources = 'all' }: ComixSettings): Required<ComixSettings> =>
  ({ blocks, partition, beta, gamma, eta, threshold, omega, crowding, sweeps, resolve, sources });

function checkSettings(caller: string, { blocks, partition, beta, gamma, eta, threshold, omega, crowding, sweeps, sources }: Required<ComixSettings>): void {
  for (const [name, value] of Object.entries({ blocks, partition, sweeps })) checkWhole(caller, name, value);
  for (const [name, value] of Object.entries({ beta, gamma, eta, threshold })) {
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`${caller}: ${name} must be >= 0, got ${value}`);
  }
  checkShare(caller, 'omega', omega);
  if (!['paper', 'reference'].includes(crowding)) throw new RangeError(`${caller}: crowding must be 'paper' or 'reference', got '${crowding}'`);
  if (!['all', 'used'].includes(sources)) throw new RangeError(`${caller}: sources must be 'all' or 'used', got '${sources}'`);
}

/** Parts of nearly equal size, at most `partition` images each. */
function partsOf(rows: number, partition: number): readonly Part[] {
  const parts = Math.ceil(rows / partition);
  const at = (part: number): number => Math.floor((part * rows) / parts);
  return Array.from({ length: parts }, (_, part) => ({ first: at(part), end: at(part + 1) }));
}

/** [rows, rows]: how far apart the most salient places of images are. */
function salientDistances(saliency: ArrayLike<number>, shape: readonly [number, number, number]): Float64Array {
  const [rows, height, width] = shape;
  const places = salientPlaces(saliency, shape, Math.min(SALIENT_SIDE, height, width));
  return Float64Array.from({ length: rows * rows }, (_, at) => {
    const [a, b] = [2 * Math.floor(at / rows), 2 * (at % rows)];
    return Math.abs(places[a]! - places[b]!) + Math.abs(places[a + 1]! - places[b + 1]!);
  });
}

/** (1 − omega) I + omega · distances of a part, which are scaled to sum to its number of images. */
function affinityOf(distances: ArrayLike<number>, rows: number, { first, end }: Part, omega: number): Float64Array {
  const images = end - first;
  const affinity = Float64Array.from({ length: images * images }, (_, at) => distances[(first + Math.floor(at / images)) * rows + first + (at % images)]!);
  const sum = affinity.reduce((a, b) => a + b, 0);
  return affinity.map((distance, at) => (sum > 0 ? (omega * distance * images) / sum : 0) + (at % (images + 1) === 0 ? 1 - omega : 0));
}

function checkValues(caller: string, name: string, values: ArrayLike<number>, length: number, rule: string, holds: (value: number, at: number) => boolean): void {
  if (values.length !== length) throw new RangeError(`${caller}: ${name} must have ${length} values, got ${values.length}`);
  for (let at = 0; at < length; at++) {
    if (!holds(values[at]!, at)) throw new RangeError(`${caller}: ${name}[${at}] must be ${rule}, got ${values[at]}`);
  }
}

/** What is minimised for each part of the batch. */
export function comixProblems(caller: string, batch: Batch, choice: ComixChoice): readonly (Part & { readonly problem: ComixProblem; readonly start: Int32Array })[] {
  const settings = settingsOf(choice);
  checkSettings(caller, settings);
  const { blocks, beta, gamma, eta, threshold, omega, crowding, partition } = settings;
  const [rows, height, width] = readSize(caller, batch);
  const { data, shape } = readMaps(caller, batch, 'saliency');
  if (shape[1] !== height || shape[2] !== width) throw new RangeError(`${caller}: batch.saliency must have the images' size ${height} × ${width}, got ${shape.slice(1).join(' × ')}`);
  if (height % blocks !== 0 || width % blocks !== 0) throw new RangeError(`${caller}: blocks must divide the images' ${height} × ${width}, got ${blocks}`);
  const cells = blocks * blocks;
  const parts = partsOf(rows, partition);
  const sizes = parts.flatMap(({ first, end }) => Array.from({ length: end - first }, () => end - first));
  checkValues(caller, 'prior', choice.prior, rows, '>= 0 and finite', (value) => value >= 0 && value < Infinity);
  checkValues(caller, 'start', choice.start, rows * cells, 'the number of an image in the part', (value, at) => Number.isInteger(value) && value >= 0 && value < sizes[Math.floor(at / cells)]!);
  const distances = choice.distances ?? salientDistances(data, [rows, height, width]);
  checkValues(caller, 'distances', distances, rows * rows, '>= 0 and finite', (value) => value >= 0 && value < Infinity);
  const shares = blockShares(data, { rows, height, width, channels: 1, blockHeight: height / blocks, blockWidth: width / blocks });
  return parts.map((part) => {
    const images = part.end - part.first;
    const unary = Float64Array.from({ length: cells * images }, (_, at) => {
      const [cell, image] = [Math.floor(at / images), part.first + (at % images)];
      return -shares[image * cells + cell]! - (eta / cells) * Math.log(choice.prior[image]! + 1e-8);
    });
    const problem = { images, blocks, unary, affinity: affinityOf(distances, rows, part, omega), beta: beta / cells, gamma: gamma / cells, threshold: threshold * cells, crowding };
    return { ...part, problem, start: Int32Array.from({ length: images * cells }, (_, at) => choice.start[part.first * cells + at]!) };
  });
}

/** The images that an output shows, or all of its part; filled up to `k` with the first of the part. */
function sourcesOf(shares: Float64Array, { images }: ComixProblem, all: boolean): readonly number[] {
  const numbers = Array.from({ length: images }, (_, image) => image);
  return all ? numbers : numbers.filter((image) => shares.some((share, at) => at % images === image && share > 0));
}

function planComix(caller: string, batch: Batch, choice: ComixChoice): MaskPlan {
  const { blocks, sweeps, resolve, sources: which } = settingsOf(choice);
  const cells = blocks * blocks;
  const outputs = comixProblems(caller, batch, choice).flatMap(({ first, problem, start }) => {
    const solved = solveComix(problem, start, { sweeps, resolve });
    return Array.from({ length: problem.images }, (_, output) => {
      const shares = solved.subarray(output * cells * problem.images, (output + 1) * cells * problem.images);
      return { first, images: problem.images, shares, shown: sourcesOf(shares, problem, which === 'all') };
    });
  });
  const rows = outputs.length;
  const k = Math.max(...outputs.map(({ shown }) => shown.length));
  const plan = { sources: new Int32Array(rows * k), masks: new Float32Array(rows * cells * k), labelWeights: new Float32Array(rows * k) };
  outputs.forEach(({ first, images, shares, shown }, row) => {
    plan.sources.fill(first, row * k, (row + 1) * k);
    shown.forEach((image, j) => {
      let sum = 0;
      for (let cell = 0; cell < cells; cell++) sum += plan.masks[(row * cells + cell) * k + j] = shares[cell * images + image]!;
      plan.sources[row * k + j] = first + image;
      plan.labelWeights[row * k + j] = sum / cells;
    });
  });
  return { kind: 'mask', batch: rows, rows, k, height: blocks, width: blocks, upsampling: 'nearest', ...plan };
}

/**
 * The plan of Co-Mixup for priors and a labelling to start with that are known: all images of a part are mixed into as many outputs, each a collage of blocks, so that what is salient
 * shows, neighbouring blocks agree, and outputs differ. Labels count by the blocks that show them.
 *
 * @param batch with `saliency` of the images' size
 * @throws {RangeError} for missing, negative or NaN saliency, blocks that do not divide the images, choices that do not fit the batch
 */
export function comixPlan(batch: Batch, choice: ComixChoice): MaskPlan {
  return planComix('comixPlan', batch, choice);
}

export interface ComixOptions extends ComixSettings {
  /** The prior of each part is drawn from Dirichlet(alpha, …, alpha), alpha > 0. Default 2. */
  readonly alpha?: number;
}

/**
 * Co-Mixup: collages of many images, mixed jointly. Reads `saliency` of the batch. Draws the prior of each part, then the labelling that the search starts from. Mixed labels may have
 * more than two classes.
 *
 * Kim, Choo, Jeong, Song, "Co-Mixup: Saliency Guided Joint Mixup with Supermodular Diversity", ICLR 2021, arXiv 2102.03065.
 *
 * @throws {RangeError} for options out of range; when drawing, for missing evidence, and blocks that do not divide the images
 */
export function comix(options: ComixOptions = {}): Policy {
  const { alpha = 2 } = options;
  checkAlpha('comix', alpha);
  const settings = settingsOf(options);
  checkSettings('comix', settings);
  return definePolicy(['saliency'], (rng, batch) => {
    const [rows] = readSize('comix', batch);
    const sizes = partsOf(rows, settings.partition).map(({ first, end }) => end - first);
    const prior = sizes.flatMap((size) => Array.from(dirichlet(rng, Array.from({ length: size }, () => alpha))));
    const start = sizes.flatMap((size) => Array.from({ length: size * settings.blocks ** 2 }, () => integer(rng, 0, size)));
    return planComix('comix', batch, { ...settings, prior, start });
  });
}
