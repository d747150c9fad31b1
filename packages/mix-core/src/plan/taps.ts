import { type Box, boxAt } from './box.ts';
import type { BoxPlan, MaskPlan, Plan } from './plan.ts';
import { axisBlends } from './upsample.ts';
import { pixelWeights } from './weight-map.ts';

/** How many pixels of a source one mixed pixel may read: 1, or the 4 of bilinear resizing. */
export type TapCount = 1 | 4;

/** A mix whose sources are moved or resized: mixed pixel p is Σₜ weights[…, p, t] · (pixel number pixels[…, p, t] of source owners[t]). */
export interface Taps {
  /** [taps]: the number j of a source. Source 0 has one tap, since no plan resizes it. */
  readonly owners: readonly number[];
  /** [1 or rows, height, width, taps]: row · width + column. */
  readonly pixels: Int32Array;
  /** [1 or rows, height, width, taps] */
  readonly weights: Float32Array;
}

/** How many taps a plan needs, or none where every source stays in its place. */
export function tapCount(plan: Plan): TapCount | undefined {
  if (plan.kind === 'box' && plan.crops) return plan.resize === 'nearest' ? 1 : 4;
  return plan.kind === 'mask' && plan.tiles ? 1 : undefined;
}

/** Gives taps of a source that stays, or of pixels outside of what moves. */
function stay(taps: Taps, map: Float32Array, pixels: number, k: number, first: readonly number[]): void {
  const width = taps.owners.length;
  const rows = taps.weights.length / (pixels * width);
  const shared = map.length === pixels * k;
  for (let i = 0; i < rows * pixels; i++) {
    for (let j = 0; j < k; j++) {
      taps.weights[i * width + first[j]!] = map[(shared ? i % pixels : i) * k + j]!;
      taps.pixels[i * width + first[j]!] = i % pixels;
    }
  }
}

/** The pixels of a box read their crop. Weights are 0 or 1, so that the share of a pixel is all that a tap counts. */
function resizeInto(taps: Taps, { box, crop, plan }: { box: Box; crop: Box; plan: BoxPlan }, row: number, first: number): void {
  const [row0, column0, row1, column1] = box;
  const count = taps.owners.length;
  const [down, across] = [axisBlends(crop[2] - crop[0], row1 - row0, plan.resize!), axisBlends(crop[3] - crop[1], column1 - column0, plan.resize!)];
  down.forEach((y, i) => {
    across.forEach((x, l) => {
      const at = ((row * plan.height + row0 + i) * plan.width + column0 + l) * count + first;
      if (taps.weights[at] === 0) return; // a later box lies on top
      const read = (tap: number, cellY: number, cellX: number, share: number): void => {
        taps.pixels[at + tap] = (crop[0] + cellY) * plan.width + crop[1] + cellX;
        taps.weights[at + tap] = share;
      };
      if (plan.resize === 'nearest') return read(0, y.lower, x.lower, 1);
      read(0, y.lower, x.lower, (1 - y.share) * (1 - x.share));
      read(1, y.lower, x.upper, (1 - y.share) * x.share);
      read(2, y.upper, x.lower, y.share * (1 - x.share));
      read(3, y.upper, x.upper, y.share * x.share);
    });
  });
}

function resizeAll(taps: Taps, plan: BoxPlan, rows: number, first: readonly number[]): void {
  const perRow = plan.k - 1;
  const shared = plan.boxes.length === perRow * 4;
  for (let row = 0; row < rows; row++) {
    for (let j = 1; j < plan.k; j++) {
      const index = (shared ? 0 : row * perRow) + j - 1;
      resizeInto(taps, { box: boxAt(plan.boxes, index), crop: boxAt(plan.crops!, index), plan }, row, first[j]!);
    }
  }
}

function moveTiles(taps: Taps, { tiles, tileRows, tileColumns, k }: MaskPlan, rows: number, [height, width]: readonly [number, number], first: readonly number[]): void {
  const count = tileRows! * tileColumns!;
  const [tileHeight, tileWidth] = [height / tileRows!, width / tileColumns!];
  const shared = tiles!.length === k * count;
  const taken = taps.owners.length;
  for (let at = 0; at < rows * height * width; at++) {
    const [y, x] = [Math.floor(at / width) % height, at % width];
    const place = Math.floor(y / tileHeight) * tileColumns! + Math.floor(x / tileWidth);
    const row = Math.floor(at / (height * width));
    for (let j = 0; j < k; j++) {
      const tile = tiles![((shared ? 0 : row) * k + j) * count + place]!;
      const to = at * taken + first[j]!;
      if (tile === -1) taps.weights[to] = 0;
      else taps.pixels[to] = (Math.floor(tile / tileColumns!) * tileHeight + (y % tileHeight)) * width + (tile % tileColumns!) * tileWidth + (x % tileWidth);
    }
  }
}

function checkTileSize(caller: string, plan: Plan, height: number, width: number): void {
  if (plan.kind !== 'mask' || !plan.tiles) return;
  if (height % plan.tileRows! !== 0 || width % plan.tileColumns! !== 0) {
    throw new RangeError(`${caller}: images must be divisible into ${plan.tileRows} × ${plan.tileColumns} tiles, got ${height} × ${width}`);
  }
}

/**
 * Where every pixel of a mix comes from.
 *
 * @param count taps of each source but the first, at least `tapCount(plan)`
 * @throws {RangeError} for an image that its tiles do not divide, or of another size than boxes were drawn for
 */
export function tapsOf(caller: string, plan: Plan, [height, width]: readonly [height: number, width: number], count: TapCount): Taps {
  checkTileSize(caller, plan, height, width);
  const { k, rows } = plan;
  const pixels = height * width;
  const map = pixelWeights(caller, plan, height, width);
  const ownTiles = plan.kind === 'mask' && plan.tiles && plan.tiles.length > k * plan.tileRows! * plan.tileColumns!;
  const mapRows = ownTiles ? rows : map.shape[0]!;
  const owners = Array.from({ length: k }, (_, j) => Array.from({ length: j === 0 ? 1 : count }, () => j)).flat();
  const first = Array.from({ length: k }, (_, j) => owners.indexOf(j));
  const size = mapRows * pixels * owners.length;
  const taps = { owners, pixels: new Int32Array(size), weights: new Float32Array(size) };
  stay(taps, map.data, pixels, k, first);
  if (plan.kind === 'box' && plan.crops) resizeAll(taps, plan, mapRows, first);
  if (plan.kind === 'mask' && plan.tiles) moveTiles(taps, plan, mapRows, [height, width], first);
  return taps;
}
