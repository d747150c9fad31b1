import { convolutionKernels } from './convolution.ts';
import { elementwiseKernels } from './elementwise.ts';
import { imageKernels } from './image.ts';
import { indexingKernels } from './indexing.ts';
import type { Kernel, KernelTable } from './kernel.ts';
import { matmulKernels } from './matmul.ts';
import { normalisationKernels } from './normalisation.ts';
import { partKernels } from './parts.ts';
import { poolingKernels } from './pooling.ts';
import { reductionKernels } from './reduction.ts';
import { shapeKernels } from './shape.ts';
import { volumeKernels } from './volume.ts';

/** Every kernel that has an ONNX form. Execution and export read the same rows. */
export const kernelTable: KernelTable = {
  ...convolutionKernels,
  ...elementwiseKernels,
  ...imageKernels,
  ...indexingKernels,
  ...matmulKernels,
  ...normalisationKernels,
  ...partKernels,
  ...poolingKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...volumeKernels,
};

/** The row of a kernel, or undefined: then the CPU back end runs it. */
export function kernelNamed(name: string): Kernel | undefined {
  return kernelTable[name];
}
