import { binaryGradients } from './binary.ts';
import { convolutionGradients } from './convolution.ts';
import { elementwiseGradients } from './elementwise.ts';
import type { GradientTable } from './gradient.ts';
import { indexingGradients } from './indexing.ts';
import { matmulGradients } from './matmul.ts';
import { normalisationGradients } from './normalisation.ts';
import { poolingGradients } from './pooling.ts';
import { reductionGradients } from './reduction.ts';
import { shapeGradients } from './shape.ts';

/** Every kernel that has a gradient here. */
export const gradientTable: GradientTable = {
  ...elementwiseGradients,
  ...binaryGradients,
  ...reductionGradients,
  ...shapeGradients,
  ...indexingGradients,
  ...matmulGradients,
  ...convolutionGradients,
  ...poolingGradients,
  ...normalisationGradients,
};
