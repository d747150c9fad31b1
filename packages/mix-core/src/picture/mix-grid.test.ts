import { palette as plotsPalette } from '@mixwell/plots';
import { hostTensor } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages, plansFor, warpedPlansFor } from '../fixtures.ts';
import { applyPlan, type BoxPlan, cutmixPlan, maskPlan, type MaskPlan, mixGrid, type MixGrid, mixupPlan } from '../index.ts';
import { palette } from './mix-grid-colours.ts';

const images = hostTensor('float32', [2, 2, 2, 1], Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1));
const plan = cutmixPlan({ height: 2, width: 2, partner: [1, 0], boxes: [[0, 0, 1, 1]] });
const pixel = ({ data, width }: MixGrid, x: number, y: number): number[] => Array.from(data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4));

describe('mixGrid', () => {
  it('shows the sources, the mask in their colours and the mixed image, each enlarged', () => {
    const grid = mixGrid(plan, images, { scale: 3 });
    const [own, partner, mask, mixed] = grid.cells.filter((cell) => cell.row === 0);
    expect([own, partner, mask, mixed].map((cell) => [cell!.kind, cell!.width, cell!.height])).toEqual([['source', 6, 6], ['source', 6, 6], ['mask', 6, 6], ['mixed', 6, 6]]);
    const corners = (cell: typeof own): number[][] => [pixel(grid, cell!.x, cell!.y), pixel(grid, cell!.x + 5, cell!.y + 5)];
    const [black, white, blue, orange] = [[0, 0, 0, 255], [255, 255, 255, 255], [0, 114, 178, 255], [213, 94, 0, 255]];
    expect(corners(own)).toEqual([black, black]);
    expect(corners(partner)).toEqual([white, white]);
    expect(corners(mask)).toEqual([orange, blue]);
    expect(corners(mixed)).toEqual([white, black]);
    expect(pixel(grid, 0, 0)).toEqual(white);
  });

  it('divides the bar below the mixed image as the label is', () => {
    const grid = mixGrid(plan, images, { scale: 4 });
    const { x, y, width, height } = grid.cells[3]!;
    const bar = Array.from({ length: width }, (_, i) => pixel(grid, x + i, y + height + 3)[0]);
    expect(bar.filter((red) => red === 0)).toHaveLength(6); // 3/4 of 8
    expect(bar.filter((red) => red === 213)).toHaveLength(2);
  });

  it('fades what does not show of sources that are moved', () => {
    const tiles = { tiles: Int32Array.of(0, 1, 0, -1), tileRows: 1, tileColumns: 2 };
    const moved: MaskPlan = { ...maskPlan({ height: 1, width: 2, partner: [1, 0], keep: [1, 0] }), rows: 1, sources: Int32Array.of(0, 1), labelWeights: Float32Array.of(0.5, 0.5), ...tiles };
    const grid = mixGrid(moved, images, { scale: 1 });
    const column = (cell: number): number[] => [0, 1].map((x) => pixel(grid, grid.cells[cell]!.x + x, grid.cells[cell]!.y)[0]!);
    expect(column(0)).toEqual([0, 191]); // black: the left tile shows, the right one is three quarters of the way to white
    expect(pixel(grid, grid.cells[2]!.x + 1, grid.cells[2]!.y)).toEqual([0, 0, 0, 255]); // nothing shows there
    expect(column(3)).toEqual([0, 0]);
  });

  it('fades what lies outside of a crop, and under its box', () => {
    const cropped: BoxPlan = { ...plan, crops: Int32Array.of(0, 1, 2, 2), resize: 'nearest' };
    const grid = mixGrid(cropped, hostTensor('float32', [2, 2, 2, 1], new Float32Array(8)), { scale: 1, count: 1 });
    const corners = (cell: number): number[] => [0, 1, 2, 3].map((at) => pixel(grid, grid.cells[cell]!.x + (at % 2), grid.cells[cell]!.y + (at >> 1))[0]!);
    expect(corners(0)).toEqual([191, 0, 0, 0]);
    expect(corners(1)).toEqual([191, 0, 191, 0]);
  });

  it('shows any plan: as many sources as it has, the mask that was applied', () => {
    fc.assert(fc.property(fc.oneof(plansFor(4, 6), warpedPlansFor(4, 6)), (any) => {
      const drawn = drawnImages(1, [any.batch, 4, 6, 3]);
      const grid = mixGrid(any, drawn, { scale: 1, count: 2 });
      expect(grid.cells).toHaveLength((any.k + 2) * Math.min(any.rows, 2));
      const mixed = applyPlan(any, drawn).data.map((value) => 255 * value);
      const { x, y } = grid.cells[any.k + 1]!;
      for (let at = 0; at < 24; at++) expect(pixel(grid, x + (at % 6), y + Math.floor(at / 6)).slice(0, 3)).toEqual(Array.from(new Uint8ClampedArray(mixed.slice(3 * at, 3 * at + 3))));
    }), { seed: 1, numRuns: 60 });
  });

  it('has the colours of plots', () => {
    expect(palette.map((colour) => `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`)).toEqual(plotsPalette);
  });

  it('says what is where', () => {
    const { cells, width, height } = mixGrid(mixupPlan({ partner: [1, 0], lambda: 0.25 }), images, { labels: [7, 3], count: 1 });
    expect(cells).toHaveLength(4);
    expect(cells[1]).toMatchObject({ kind: 'source', row: 0, parts: [{ source: 1, labelWeight: 0.75, label: 3 }] });
    expect(cells[3]).toMatchObject({ kind: 'mixed', row: 0, parts: [{ source: 0, labelWeight: 0.25, label: 7 }, { source: 1, labelWeight: 0.75, label: 3 }] });
    for (const cell of cells) expect(cell.x + cell.width < width && cell.y + cell.height < height).toBe(true);
  });

  it('undoes a normalisation and clips what lies outside', () => {
    const normal = hostTensor('float32', [1, 1, 1, 3], Float32Array.of(-1, 0, 9));
    const grid = mixGrid(mixupPlan({ partner: [0], lambda: 0.5 }), normal, { mean: [0.5, 0.2, 0], std: 0.25, scale: 1 });
    expect(pixel(grid, grid.cells[3]!.x, grid.cells[3]!.y)).toEqual([64, 51, 255, 255]);
  });

  it('enlarges small images by a whole number and leaves large ones alone', () => {
    const size = (side: number): number => mixGrid(mixupPlan({ partner: [0], lambda: 1 }), drawnImages(1, [1, side, side, 1])).cells[0]!.width;
    expect([28, 32, 8, 224].map(size)).toEqual([56, 64, 64, 224]);
  });

  it('refuses what is no picture', () => {
    expect(() => mixGrid(plan, drawnImages(1, [2, 2, 2, 2]))).toThrow(new RangeError('mixGrid: images must have shape [batch, height, width, 1 or 3], got [2, 2, 2, 2]'));
    expect(() => mixGrid(plan, images, { scale: 0 })).toThrow('mixGrid: scale must be a whole number >= 1, got 0');
    expect(() => mixGrid(plan, images, { labels: [1] })).toThrow('mixGrid: labels must have shape [2], got [1]');
    expect(() => mixGrid(plan, images, { mean: [0, 0] })).toThrow('mixGrid: mean must have one value per channel (1), got 2');
  });
});
