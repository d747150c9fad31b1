/** Kernels without a gradient, and what to do where one is wanted. */
export interface WithoutGradient {
  readonly kernels: readonly string[];
  /** Completes: has no gradient, because … */
  readonly because: string;
  readonly instead: string;
}

/** All kernels of TensorFlow.js that have no rule in `gradientTable`. */
export const withoutGradient: readonly WithoutGradient[] = [
  {
    kernels: ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
    because: 'TensorFlow.js hands back float32 gradients only, and that of a complex tensor is complex',
    instead: 'keep real and imaginary parts apart; a Fourier transform is two products with matrices of cosines and sines',
  },
  { kernels: ['Multinomial'], because: 'a draw does not move with the odds', instead: 'weight the log-probability of what was drawn, or mix by softmax of logits plus Gumbel noise' },
  {
    kernels: ['NonMaxSuppressionV5'],
    because: 'its scores decay from one selected box to the next, in an order that is known only afterwards',
    instead: 'gather the scores at the indices that it selects, of stopGradient of the boxes and scores',
  },
  {
    kernels: ['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'SparseFillEmptyRows', 'Unique'],
    because: 'the shape of its result depends on the elements',
    instead: 'find the positions in stopGradient of the operands, and use tf.gather, tf.scatterND or tf.unsortedSegmentSum',
  },
  { kernels: ['BitwiseAnd', 'BroadcastArgs', 'SparseReshape'], because: 'it takes integers only', instead: 'nothing is needed: no float32 tensor reaches it' },
  { kernels: ['Fill', 'LinSpace', 'Range'], because: 'it has no operands', instead: 'nothing is needed: bounds and values are numbers' },
  { kernels: ['StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast'], because: 'it takes strings', instead: 'nothing is needed: no float32 tensor reaches it' },
  { kernels: ['Draw', 'FromPixels'], because: 'it exchanges pixels with a canvas', instead: 'differentiate before drawing, and after reading' },
  {
    kernels: ['FusedConv2D', 'FusedDepthwiseConv2D', '_FusedMatMul'],
    because: 'the operations of tf.fused do not run it as a kernel of its own under a gradient',
    instead: 'call tf.fused.conv2d, tf.fused.depthwiseConv2d or tf.fused.matMul, not the kernel',
  },
  {
    kernels: ['AvgPool3DGrad', 'Dilation2DBackpropFilter', 'Dilation2DBackpropInput', 'EluGrad', 'LRNGrad', 'MaxPool3DGrad', 'ResizeBilinearGrad', 'ResizeNearestNeighborGrad'],
    because: 'it is part of the gradients of TensorFlow.js, which this package replaces by some that can be differentiated again',
    instead: 'call registerGradients() after whatever brought those along',
  },
  {
    kernels: ['BroadcastTo', 'LogicalXor', 'LowerBound', 'MatrixBandPart', 'Pool', 'UpperBound'],
    because: 'no back end has this kernel: the operation of the name is made of others',
    instead: 'call the operation, which has a gradient',
  },
];

/** Why a kernel has no gradient, as an error says it. */
export function refusal(kernel: string, { because, instead }: WithoutGradient): string {
  return `${kernel}: has no gradient, because ${because}; ${instead}`;
}
