import { activationGradients } from './activation.ts';
import { arithmeticGradients } from './arithmetic.ts';
import { compositeGradients } from './composite.ts';
import { constantGradients } from './constant.ts';
import { convolutionGradients } from './convolution.ts';
import { countGradients } from './count.ts';
import { cropAndResizeGradients } from './crop-and-resize.ts';
import { cumulativeGradients } from './cumulative.ts';
import { dilationGradients } from './dilation.ts';
import { einsumGradients } from './einsum.ts';
import { imageGradients } from './image.ts';
import { indexingGradients } from './indexing.ts';
import { localResponseGradients } from './local-response.ts';
import { matmulGradients } from './matmul.ts';
import { normGradients } from './norm.ts';
import { pooling3dGradients } from './pooling-3d.ts';
import { poolingGradients } from './pooling.ts';
import { projectionGradients } from './projection.ts';
import { reductionGradients } from './reduction.ts';
import type { GradientTable } from './rule.ts';
import { segmentGradients } from './segment.ts';
import { selectionGradients } from './selection.ts';
import { shapeGradients } from './shape.ts';
import { softmaxGradients } from './softmax.ts';
import { stridedSliceGradients } from './strided-slice.ts';
import { transcendentalGradients } from './transcendental.ts';

/** Kernels by what they do. */
export const gradientFamilies: Readonly<Record<string, GradientTable>> = {
  arithmetic: arithmeticGradients,
  functions: transcendentalGradients,
  activations: { ...activationGradients, ...softmaxGradients },
  choice: selectionGradients,
  shape: { ...shapeGradients, ...stridedSliceGradients },
  positions: { ...indexingGradients, ...segmentGradients, ...countGradients },
  reduction: { ...reductionGradients, ...cumulativeGradients },
  products: { ...matmulGradients, ...einsumGradients },
  convolution: { ...convolutionGradients, ...dilationGradients },
  pooling: { ...poolingGradients, ...pooling3dGradients },
  norms: { ...normGradients, ...localResponseGradients },
  images: { ...imageGradients, ...cropAndResizeGradients, ...projectionGradients },
  'constant (the gradient is zero)': constantGradients,
};

/** Every kernel whose gradient is right to any order, and operations that TensorFlow.js differentiates as a whole. */
export const gradientTable: GradientTable = Object.assign({}, ...Object.values(gradientFamilies), compositeGradients) as GradientTable;
