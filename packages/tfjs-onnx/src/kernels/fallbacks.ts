const STRINGS = 'strings exist on the host only';
const COMPLEX = 'complex numbers exist on the host only';
const DATA_DEPENDENT = 'the shape of its result depends on the data';
const NO_OPERATOR = 'ONNX has no such operator';
const CONSTANT = 'it has no operands, so its result is a constant';

/**
 * Kernels of TensorFlow.js that have no row in the table: TensorFlow.js's CPU back end runs them after what they need has run, each with the
 * reason. Every kernel is here or in the table.
 */
export const fallbackKernels: Readonly<Record<string, string>> = {
  Bincount: NO_OPERATOR,
  BitwiseAnd: 'ONNX has it from opset 18 only',
  BroadcastArgs: 'it computes with shapes',
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  CropAndResize: NO_OPERATOR,
  DenseBincount: NO_OPERATOR,
  Dilation2D: NO_OPERATOR,
  Dilation2DBackpropFilter: NO_OPERATOR,
  Dilation2DBackpropInput: NO_OPERATOR,
  Draw: 'it draws on a canvas',
  FFT: COMPLEX,
  IFFT: COMPLEX,
  Imag: COMPLEX,
  LinSpace: CONSTANT,
  Multinomial: 'it draws random numbers on the host',
  NonMaxSuppressionV3: DATA_DEPENDENT,
  NonMaxSuppressionV4: DATA_DEPENDENT,
  NonMaxSuppressionV5: DATA_DEPENDENT,
  RaggedGather: DATA_DEPENDENT,
  RaggedRange: DATA_DEPENDENT,
  RaggedTensorToTensor: DATA_DEPENDENT,
  Range: CONSTANT,
  Real: COMPLEX,
  RotateWithOffset: NO_OPERATOR,
  SearchSorted: NO_OPERATOR,
  SparseFillEmptyRows: DATA_DEPENDENT,
  SparseReshape: DATA_DEPENDENT,
  SparseSegmentMean: DATA_DEPENDENT,
  SparseSegmentSum: DATA_DEPENDENT,
  StaticRegexReplace: STRINGS,
  StringNGrams: STRINGS,
  StringSplit: STRINGS,
  StringToHashBucketFast: STRINGS,
  Transform: NO_OPERATOR,
  Unique: DATA_DEPENDENT,
};

const OUTSIDE = 'windows that lie in the padding as a whole, and sizes that TensorFlow.js takes from the height of the window alone';
const SIZES = 'paddings by number for filters that are not square, whose sizes TensorFlow.js takes from the height alone';

/** What rows of the table do not cover, besides strings and complex numbers: those calls run on the CPU back end. */
export const uncoveredCalls: Readonly<Record<string, string>> = {
  AvgPool: OUTSIDE,
  AvgPoolGrad: OUTSIDE,
  Conv2D: SIZES,
  Conv2DBackpropFilter: SIZES,
  Conv2DBackpropInput: SIZES,
  DepthwiseConv2dNative: SIZES,
  DepthwiseConv2dNativeBackpropFilter: SIZES,
  DepthwiseConv2dNativeBackpropInput: SIZES,
  FusedConv2D: SIZES,
  FusedDepthwiseConv2D: SIZES,
  MaxPool: OUTSIDE,
  MaxPoolGrad: OUTSIDE,
  MaxPoolWithArgmax: `${OUTSIDE}; integers`,
  ScatterNd: 'bools',
  TopK: 'bools',
  UnsortedSegmentSum: 'bools',
};

/** Why this call of the kernel has no ONNX form. */
export function reasonOf(kernel: string): string {
  const uncovered = uncoveredCalls[kernel];
  return fallbackKernels[kernel] ?? `the row of ${kernel} does not cover strings and complex numbers${uncovered ? `, ${uncovered}` : ''}`;
}
