interface PlanBase {
  /** How many images `sources` points into: one batch, or several put one after the other. */
  readonly batch: number;
  /** Mixed images that come out; need not be `batch`. */
  readonly rows: number;
  /** Sources per mixed image. */
  readonly k: number;
  /** [rows, k]: which images are mixed, numbers in [0, batch). */
  readonly sources: Int32Array;
  /** [rows, k]: what each source's label counts in the mixed target. Apart from the weights of pixels: policies may set them apart. */
  readonly labelWeights: Float32Array;
  /** Name of the model stage whose output is mixed. Left out: the input is. */
  readonly stage?: string;
}

/** A weighted sum, Σⱼ wⱼ xⱼ. Fits inputs of any rank: images, series, tables. */
export interface ScalarPlan extends PlanBase {
  readonly kind: 'scalar';
  /** [rows, k], or [1, k] shared by all rows; in [0, 1]. */
  readonly weights: Float32Array;
  /**
   * Which of two feature maps has its positions moved to those of the other by optimal transport before they are summed (`alignmix`). Needs k = 2 and inputs
   * [batch, height, width, channels]. Left out: every position stays.
   */
  readonly aligned?: 0 | 1;
}

/** Source 0 with boxes of the others pasted onto it. */
export interface BoxPlan extends PlanBase {
  readonly kind: 'box';
  readonly height: number;
  readonly width: number;
  /**
   * [rows, k − 1, 4], or [1, k − 1, 4] shared by all rows: [row0, column0, row1, column1] with the ends excluded. Box j shows source j + 1, later boxes
   * lie on top. A box may be empty.
   */
  readonly boxes: Int32Array;
  /**
   * Like `boxes`: the part of source j + 1 that box j shows, resized to it. Left out: the part that lies under the box. Where a box is not empty its crop must not be either.
   */
  readonly crops?: Int32Array;
  /** How crops are resized; must be there where `crops` are. */
  readonly resize?: Resize;
}

/**
 * How `length` pixels become `size`: 'nearest' reads pixel ⌊i·length/size⌋, 'bilinear' reads between half-pixel centres, 'bilinear-corners' lets the first and last
 * pixels of both fall together.
 */
export type Resize = 'nearest' | 'bilinear' | 'bilinear-corners';

/** A weight for each pixel, or for each cell of a coarser grid. */
export interface MaskPlan extends PlanBase {
  readonly kind: 'mask';
  /** Rows of the grid; the image may be larger. */
  readonly height: number;
  readonly width: number;
  /** [rows, height, width, k], or [1, height, width, k] shared by all rows; in [0, 1]. */
  readonly masks: Float32Array;
  /** How the grid grows to the image: source cell ⌊i·in/out⌋, or linear between half-pixel centres. */
  readonly upsampling: 'nearest' | 'bilinear';
  /**
   * [rows, k, tileRows · tileColumns], or [1, k, …] shared by all rows: every source is cut into tiles of equal size, and place t shows its tile number tiles[…, t], or 0
   * where that is −1. Weights count at the place. Left out: every tile stays.
   */
  readonly tiles?: Int32Array;
  /** Must be there where `tiles` are. The image's height must be a multiple. */
  readonly tileRows?: number;
  readonly tileColumns?: number;
}

/**
 * Who is mixed with whom, where, and how much: plain data, drawn once. It can be applied (`applyPlan`, or `lower` and `applyMix` on tensors),
 * saved (`planToJson`), drawn (`mixGrid`) and repeated.
 */
export type Plan = ScalarPlan | BoxPlan | MaskPlan;
