// Marsaglia, Tsang: The Ziggurat Method for Generating Random Variables, 2000, with 256 layers. As in Doornik's "An Improved Ziggurat Method", 2005, the layer and the
// place in it come from different bits.
import { exp, log } from './elementary.ts';
import type { Rng } from './rng.ts';
import { openUnit, unit } from './uniform.ts';

const LAYERS = 256;
/** Where the tail begins, and the area of each layer (of the lowest with the tail) under exp(−x²/2), such that the top layer ends at x = 0. */
const TAIL = 3.654152885361009;
const AREA = 0.0049286732339746554;

const density = (x: number): number => exp(-0.5 * x * x);

/** Layer i reaches from `heights[i]` to `heights[i + 1]` and is `edges[i]` wide; all of it up to `edges[i + 1]` lies under the curve. */
interface Ziggurat {
  readonly edges: Float64Array;
  readonly heights: Float64Array;
}

function buildZiggurat(): Ziggurat {
  const edges = new Float64Array(LAYERS + 1);
  edges[0] = AREA / density(TAIL);
  edges[1] = TAIL;
  for (let i = 2; i < LAYERS; i++) edges[i] = Math.sqrt(-2 * log(density(edges[i - 1]!) + AREA / edges[i - 1]!));
  return { edges, heights: edges.map(density) };
}

let ziggurat: Ziggurat | undefined;

/** |x| > TAIL: Marsaglia's "Generating a variable from the tail of the normal distribution", 1964. */
function drawTail(rng: Rng): number {
  for (;;) {
    const beyond = -log(openUnit(rng)) / TAIL;
    if (-2 * log(openUnit(rng)) > beyond * beyond) return TAIL + beyond;
  }
}

/** A number drawn from the normal distribution of mean 0 and standard deviation 1. */
export function standardNormal(rng: Rng): number {
  const { edges, heights } = (ziggurat ??= buildZiggurat());
  for (;;) {
    const bits = rng.next();
    const layer = bits >>> 24;
    // 20 bits and 32 more: a place in (−1, 1)
    const place = (((bits >>> 4) & 0xf_ffff) * 4_294_967_296 + rng.next() + 0.5) / 2_251_799_813_685_248 - 1;
    const x = place * edges[layer]!;
    if (Math.abs(x) < edges[layer + 1]!) return x;
    if (layer === 0) return place < 0 ? -drawTail(rng) : drawTail(rng);
    if (heights[layer]! + unit(rng) * (heights[layer + 1]! - heights[layer]!) < density(x)) return x;
  }
}

/** @throws {RangeError} unless mean is finite and std finite and ≥ 0 */
export function checkNormal(caller: string, mean: number, std: number): void {
  if (!Number.isFinite(mean)) throw new RangeError(`${caller}: mean must be finite, got ${mean}`);
  if (!(std >= 0 && std < Infinity)) throw new RangeError(`${caller}: std must be finite and >= 0, got ${std}`);
}

/** A number drawn from the normal distribution with this mean and standard deviation. @throws {RangeError} unless mean is finite and std ≥ 0 */
export function normal(rng: Rng, mean = 0, std = 1): number {
  checkNormal('normal', mean, std);
  return mean + std * standardNormal(rng);
}
