import type { Value } from '../graph/value.ts';
import { cast, type Lowering } from '../lower/lowering.ts';
import { type Kernel, kernel, type KernelTable } from './kernel.ts';

interface ResizeAttributes {
  readonly size: [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Images [N, H, W, C] resized to `size`. */
function resize(attributes: (attrs: ResizeAttributes) => Record<string, string> | null, keepsType: boolean): Kernel {
  return kernel<ResizeAttributes, { size: readonly [number, number]; options: Record<string, string> }>(
    ({ inputs: { images }, attrs }) => {
      const [n, , , c] = images!.shape as [number, number, number, number];
      const options = attributes(attrs);
      // A single row with aligned corners has no step between rows: ONNX leaves that case open.
      if (options === null || (attrs.alignCorners && Math.min(...attrs.size) === 1)) return null;
      return { inputs: [images!], attrs: { size: attrs.size, options }, outputs: [{ shape: [n, ...attrs.size, c], dtype: keepsType ? images!.dtype : 'float32' }] };
    },
    ({ inputs: [images], outputs: [y], attrs: { size, options } }, to) => ({ channelsFirst: cast(to, resized(to, images!, size, options), 'float32', y!.dtype) }),
  );
}

function resized(to: Lowering, images: Value, size: readonly [number, number], options: Record<string, string>): string {
  const [n, , , c] = images.shape as [number, number, number, number];
  const name = to.channelsFirst(images);
  return to.onnx.op('Resize', [cast(to, name, images.dtype, 'float32'), '', '', to.onnx.ints([n, c, ...size])], options);
}

function coordinates({ alignCorners, halfPixelCenters }: ResizeAttributes): string {
  if (alignCorners) return 'align_corners';
  return halfPixelCenters ? 'half_pixel' : 'asymmetric';
}

export const imageKernels: KernelTable = {
  ResizeBilinear: resize((attrs) => ({ mode: 'linear', coordinate_transformation_mode: coordinates(attrs) }), false),
  ResizeNearestNeighbor: resize((attrs) => (attrs.halfPixelCenters ? null : {
    mode: 'nearest', coordinate_transformation_mode: coordinates(attrs), nearest_mode: attrs.alignCorners ? 'round_prefer_ceil' : 'floor',
  }), true),
};
