import type { Value } from '../graph/value.ts';
import { localResponse, type LocalResponse, localResponseGradient } from '../lower/local-response.ts';
import { cast, type Lowering } from '../lower/lowering.ts';
import { resizeByProducts, resizeGradient, type ResizeRule } from '../lower/resize.ts';
import { type Kernel, kernel, type KernelTable } from './kernel.ts';

interface ResizeAttributes {
  readonly size: [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters?: boolean;
}

interface ResizePlan extends ResizeRule {
  readonly size: readonly [number, number];
}

const ruleOf = (method: ResizeRule['method'], { alignCorners, halfPixelCenters = false }: ResizeAttributes): ResizeRule => ({ method, alignCorners, halfPixelCenters });

/** Images [N, H, W, C] resized to `size`. */
function resize(method: ResizeRule['method']): Kernel {
  return kernel<ResizeAttributes, ResizePlan>(
    ({ inputs: { images }, attrs }) => ({
      inputs: [images!],
      attrs: { size: attrs.size, ...ruleOf(method, attrs) },
      outputs: [{ shape: [images!.shape[0]!, ...attrs.size, images!.shape[3]!], dtype: method === 'nearest' ? images!.dtype : 'float32' }],
    }),
    ({ inputs: [images], outputs: [y], attrs }, to) => {
      // A single row with aligned corners has no step between rows: ONNX leaves that case open.
      const isOpen = attrs.alignCorners && Math.min(...attrs.size) === 1;
      const float = isOpen ? resizeByProducts(to, images!, attrs.size, attrs) : resized(to, images!, attrs);
      return { channelsFirst: cast(to, float, 'float32', y!.dtype) };
    },
  );
}

function resized(to: Lowering, images: Value, { size, ...rule }: ResizePlan): string {
  const [n, , , c] = images.shape as [number, number, number, number];
  const float = cast(to, to.channelsFirst(images), images.dtype, 'float32');
  return to.onnx.op('Resize', [float, '', '', to.onnx.ints([n, c, ...size])], resizeOptions(rule));
}

function resizeOptions({ method, alignCorners, halfPixelCenters }: ResizeRule): Record<string, string> {
  const coordinates = { coordinate_transformation_mode: alignCorners ? 'align_corners' : halfPixelCenters ? 'half_pixel' : 'asymmetric' };
  if (method === 'bilinear') return { mode: 'linear', ...coordinates };
  return { mode: 'nearest', ...coordinates, nearest_mode: alignCorners || halfPixelCenters ? 'round_prefer_ceil' : 'floor' };
}

function resizeGrad(method: ResizeRule['method']): Kernel {
  return kernel<ResizeAttributes, ResizePlan>(
    ({ inputs: { images, dy }, attrs }) => ({
      inputs: [dy!],
      attrs: { size: [images!.shape[1]!, images!.shape[2]!], ...ruleOf(method, attrs) },
      outputs: [{ shape: images!.shape, dtype: 'float32' }],
    }),
    ({ inputs: [dy], attrs }, to) => ({ channelsFirst: resizeGradient(to, dy!, attrs.size, attrs) }),
  );
}

interface ResponseAttributes extends Omit<LocalResponse, 'radius'> {
  readonly depthRadius: number;
}

const response = ({ depthRadius, bias, alpha, beta }: ResponseAttributes): LocalResponse => ({ radius: depthRadius, bias, alpha, beta });

export const imageKernels: KernelTable = {
  LRN: kernel<ResponseAttributes, LocalResponse>(
    ({ inputs: { x }, attrs }) => ({ inputs: [x!], attrs: response(attrs), outputs: [{ shape: x!.shape, dtype: 'float32' }] }),
    ({ inputs: [x], attrs }, to) => localResponse(to, x!, attrs),
  ),
  LRNGrad: kernel<ResponseAttributes, LocalResponse>(
    ({ inputs: { x, y, dy }, attrs }) => ({ inputs: [x!, y!, dy!], attrs: response(attrs), outputs: [{ shape: x!.shape, dtype: 'float32' }] }),
    ({ inputs: [x, y, dy], attrs }, to) => localResponseGradient(to, [x!, y!, dy!], attrs),
  ),
  ResizeBilinear: resize('bilinear'),
  ResizeBilinearGrad: resizeGrad('bilinear'),
  ResizeNearestNeighbor: resize('nearest'),
  ResizeNearestNeighborGrad: resizeGrad('nearest'),
};
