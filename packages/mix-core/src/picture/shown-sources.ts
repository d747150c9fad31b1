import { boxArea, boxAt } from '../plan/box.ts';
import type { BoxPlan, MaskPlan, Plan } from '../plan/plan.ts';
import { tapsOf } from '../plan/taps.ts';
import { pixelWeights } from '../plan/weight-map.ts';

/** What a picture shows of a plan, for one pixel p of row r: element (r · pixels + p) · k + j is about source j. */
export interface ShownSources {
  /** [rows, height, width, k]: what each source weighs at a pixel of the mixed image. */
  readonly weights: Float32Array;
  /** [rows, height, width, k]: which pixels of the sources appear in the mixed image, and how strongly. None where every source stays in its place. */
  readonly shares?: Float32Array;
}

/** The same weights for every row. */
function eachRow(weights: Float32Array, rows: number, perRow: number): Float32Array {
  return Float32Array.from({ length: rows * perRow }, (_, i) => weights[i % weights.length]!);
}

/** Where a box shows its crop, all of the crop appears. */
function cropShares(plan: BoxPlan, weights: Float32Array): Float32Array {
  const { rows, k, height, width } = plan;
  const shares = weights.map((weight, i) => (i % k === 0 ? weight : 0));
  for (let row = 0; row < rows; row++) {
    for (let j = 1; j < k; j++) {
      const index = (plan.boxes.length === (k - 1) * 4 ? 0 : row * (k - 1)) + j - 1;
      if (boxArea(boxAt(plan.boxes, index)) === 0) continue;
      const [row0, column0, row1, column1] = boxAt(plan.crops!, index);
      for (let y = row0; y < row1; y++) {
        for (let x = column0; x < column1; x++) shares[((row * height + y) * width + x) * k + j] = 1;
      }
    }
  }
  return shares;
}

function movedTiles(plan: MaskPlan, height: number, width: number): Required<ShownSources> {
  const { rows, k } = plan;
  const perRow = height * width * k;
  const { weights: drawn, pixels } = tapsOf('mixGrid', plan, [height, width], 1);
  const weights = eachRow(drawn, rows, perRow);
  const shares = new Float32Array(rows * perRow);
  weights.forEach((weight, i) => {
    const from = i - (i % perRow) + pixels[i % pixels.length]! * k + (i % k);
    shares[from] = Math.max(shares[from]!, weight);
  });
  return { weights, shares };
}

/** What of its sources a plan shows, and where. */
export function shownSources(plan: Plan, height: number, width: number): ShownSources {
  if (plan.kind === 'mask' && plan.tiles) return movedTiles(plan, height, width);
  const weights = eachRow(pixelWeights('mixGrid', plan, height, width).data, plan.rows, height * width * plan.k);
  return plan.kind === 'box' && plan.crops ? { weights, shares: cropShares(plan, weights) } : { weights };
}
