import { hostTensor } from '@mixwell/tensor';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnImages, warpedPlansFor } from '../fixtures.ts';
import { applyPlan, type BoxPlan, checkPlan, type MaskPlan, type Plan, weightMap } from '../index.ts';

const [height, width] = [4, 6];
const pairs = { batch: 2, rows: 1, k: 2, sources: Int32Array.of(0, 1), labelWeights: Float32Array.of(0.5, 0.5) };
const pasted = (fields: Pick<BoxPlan, 'boxes' | 'crops' | 'resize'>): BoxPlan => ({ kind: 'box', ...pairs, height, width, ...fields });
/** One row, one channel: image 0 is all −1, image 1 counts its pixels. */
const counting = hostTensor('float32', [2, height, width, 1], Float32Array.from({ length: 48 }, (_, i) => (i < 24 ? -1 : i - 24)));
const rowsOf = (data: Float32Array): number[][] => Array.from({ length: height }, (_, y) => Array.from(data.subarray(y * width, (y + 1) * width)));

/** The value that a source shows at a place of its resized crop, by the definition of linear interpolation, in float64. */
function interpolated(image: Float32Array, [y, x]: readonly [number, number]): number {
  const [y0, x0] = [Math.floor(y), Math.floor(x)];
  const at = (row: number, column: number): number => image[Math.min(row, height - 1) * width + Math.min(column, width - 1)]!;
  const top = at(y0, x0) * (x0 + 1 - x) + at(y0, x0 + 1) * (x - x0);
  const bottom = at(y0 + 1, x0) * (x0 + 1 - x) + at(y0 + 1, x0 + 1) * (x - x0);
  return top * (y0 + 1 - y) + bottom * (y - y0);
}

describe('crops', () => {
  it('nearest: a whole image shrinks into a box', () => {
    const { data } = applyPlan(pasted({ boxes: Int32Array.of(1, 2, 3, 5), crops: Int32Array.of(0, 0, 4, 6), resize: 'nearest' }), counting);
    expect(rowsOf(data)).toEqual([[-1, -1, -1, -1, -1, -1], [-1, -1, 0, 2, 4, -1], [-1, -1, 12, 14, 16, -1], [-1, -1, -1, -1, -1, -1]]);
  });

  it('of the size of the box: a window moves', () => {
    const { data } = applyPlan(pasted({ boxes: Int32Array.of(0, 0, 2, 2), crops: Int32Array.of(2, 4, 4, 6), resize: 'bilinear' }), counting);
    expect(rowsOf(data).map((row) => row.slice(0, 3))).toEqual([[16, 17, -1], [22, 23, -1], [-1, -1, -1], [-1, -1, -1]]);
  });

  it.each(['bilinear', 'bilinear-corners'] as const)('%s: as its definition says', (resize) => {
    fc.assert(fc.property(warpedPlansFor(height, width).filter((plan) => plan.kind === 'box'), (any) => {
      const plan: BoxPlan = { ...pasted({ boxes: any.boxes.slice(0, 4), crops: any.crops!.slice(0, 4), resize }) };
      fc.pre(plan.boxes.length === 4);
      const images = drawnImages(3, [2, height, width, 1]);
      const { data } = applyPlan(plan, images);
      const [row0, column0, row1, column1] = plan.boxes as unknown as readonly [number, number, number, number];
      const [top, left, bottom, right] = plan.crops as unknown as readonly [number, number, number, number];
      const place = (i: number, cells: number, size: number): number =>
        Math.min(resize === 'bilinear' ? Math.max(((i + 0.5) * cells) / size - 0.5, 0) : size === 1 ? 0 : (i * (cells - 1)) / (size - 1), cells - 1);
      for (let y = row0; y < row1; y++) {
        for (let x = column0; x < column1; x++) {
          const at: readonly [number, number] = [top + place(y - row0, bottom - top, row1 - row0), left + place(x - column0, right - left, column1 - column0)];
          expect(Math.abs(data[y * width + x]! - interpolated(images.data.subarray(height * width), at))).toBeLessThan(1e-6);
        }
      }
    }), { seed: 1 });
  });

  it('are refused where they contradict their boxes', () => {
    const good = { boxes: Int32Array.of(0, 0, 2, 2), crops: Int32Array.of(0, 0, 1, 1), resize: 'nearest' } as const;
    const refuses = (fields: object, message: string): void => expect(() => checkPlan({ ...pasted(good), ...fields } as Plan)).toThrow(message);
    refuses({ crops: undefined }, 'checkPlan: plan.crops and plan.resize must be given together, got only resize');
    refuses({ resize: undefined }, 'got only crops');
    refuses({ resize: 'cubic' as 'nearest' }, 'checkPlan: plan.resize must be \'nearest\', \'bilinear\' or \'bilinear-corners\', got "cubic"');
    refuses({ crops: Int32Array.of(0, 0, 0, 0) }, 'checkPlan: plan.crops[0] must not be empty, since its box is not');
    refuses({ crops: Int32Array.of(0, 0, 5, 1) }, 'checkPlan: plan.crops[0] must lie within 4 × 6, got [0, 0, 5, 1]');
    refuses({ crops: Int32Array.of(0, 0, 1) }, 'checkPlan: plan.crops must have 4 elements, got 3');
  });
});

describe('tiles', () => {
  const half = { kind: 'mask', ...pairs, height: 1, width: 1, masks: Float32Array.of(0, 1), upsampling: 'nearest' } as const;
  const moved = (fields: object): MaskPlan => ({ ...half, tileRows: 2, tileColumns: 2, tiles: Int32Array.of(0, 1, 2, 3, 0, 1, 2, 3), ...fields });

  it('move every source by itself, and leave places empty', () => {
    const { data } = applyPlan(moved({ tiles: Int32Array.of(0, 1, 2, 3, 3, -1, 0, 0) }), counting);
    expect(rowsOf(data)).toEqual([[15, 16, 17, 0, 0, 0], [21, 22, 23, 0, 0, 0], [0, 1, 2, 0, 1, 2], [6, 7, 8, 6, 7, 8]]);
  });

  it('leave weights where they are', () => {
    fc.assert(fc.property(warpedPlansFor(height, width).filter((plan) => plan.kind === 'mask'), (plan) => {
      const ones = hostTensor('float32', [plan.batch, height, width, 1], new Float32Array(plan.batch * height * width).fill(1));
      const all = { ...plan, tiles: plan.tiles!.map((tile) => Math.max(tile, 0)) }; // no empty places
      const { tiles: _tiles, tileRows: _rows, tileColumns: _columns, ...still } = all;
      expect(applyPlan(all, ones)).toEqual(applyPlan(still, ones));
      expect(weightMap(all, height, width)).toEqual(weightMap(still, height, width));
    }), { seed: 2, numRuns: 50 });
  });

  it('are refused where they do not fit', () => {
    expect(() => checkPlan(moved({ tiles: Int32Array.of(0, 1, 2, 4, 0, 1, 2, 3) }))).toThrow('checkPlan: plan.tiles[3] must be in [0, 4), or -1, got 4');
    expect(() => checkPlan(moved({ tiles: Int32Array.of(0) }))).toThrow('checkPlan: plan.tiles must have 8 elements, got 1');
    expect(() => checkPlan(moved({ tileRows: undefined }))).toThrow('checkPlan: plan.tiles, plan.tileRows and plan.tileColumns must be given together');
    expect(() => applyPlan(moved({ tileRows: 3, tiles: new Int32Array(12) }), counting)).toThrow('applyPlan: images must be divisible into 3 × 2 tiles, got 4 × 6');
  });
});
