import { activationGradients } from './activation.ts';
import { arithmeticGradients } from './arithmetic.ts';
import { compositeGradients } from './composite.ts';
import { constantGradients } from './constant.ts';
import { convolutionGradients } from './convolution.ts';
import { imageGradients } from './image.ts';
import { indexingGradients } from './indexing.ts';
import { matmulGradients } from './matmul.ts';
import { normGradients } from './norm.ts';
import { poolingGradients } from './pooling.ts';
import { reductionGradients } from './reduction.ts';
import type { GradientTable } from './rule.ts';
import { selectionGradients } from './selection.ts';
import { shapeGradients } from './shape.ts';
import { softmaxGradients } from './softmax.ts';
import { stridedSliceGradients } from './strided-slice.ts';
import { transcendentalGradients } from './transcendental.ts';

/** Every kernel whose gradient is right to any order. */
export const gradientTable: GradientTable = {
  ...activationGradients,
  ...arithmeticGradients,
  ...compositeGradients,
  ...constantGradients,
  ...convolutionGradients,
  ...imageGradients,
  ...indexingGradients,
  ...matmulGradients,
  ...normGradients,
  ...poolingGradients,
  ...reductionGradients,
  ...selectionGradients,
  ...shapeGradients,
  ...softmaxGradients,
  ...stridedSliceGradients,
  ...transcendentalGradients,
};
