/** The data of the parity test: for every row of the kernel table, calls whose results must equal the CPU back end's. */
import * as tf from '@tensorflow/tfjs-core';
import { edgeCases } from './parity-edge-cases.ts';
import { b, type Case, f, i, type Operand } from './parity-operands.ts';
import { volumeCases } from './parity-volume-cases.ts';

const edge = f([16], 'edge');

const slope = (kernel: string): Pick<Case, 'attrs'> => (kernel === 'Step' || kernel === 'LeakyRelu' ? { attrs: { alpha: kernel === 'Step' ? 0 : 0.2 } } : {});

function unary(kernels: string, operand: Operand = f([2, 3, 4]), edges = true): Case[] {
  return kernels.split(' ').flatMap((kernel) => [
    { kernel, inputs: { x: operand }, ...slope(kernel) },
    { kernel, inputs: { x: { ...operand, shape: [] } }, ...slope(kernel) },
    ...(edges ? [{ kernel, inputs: { x: edge }, ...slope(kernel), note: 'edges' }] : []),
  ]);
}

function binary(kernels: string, dtypes: readonly Operand['dtype'][] = ['float32', 'int32'], fillB: Operand['fill'] = 'random'): Case[] {
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [[[3, 4], [3, 4]], [[2, 3, 4], [4]], [[3, 1], [1, 4]], [[], [5]], [[2, 2, 3, 4], [2, 1, 1, 4]], [[0, 3], [3]]];
  return kernels.split(' ').flatMap((kernel) => dtypes.flatMap((dtype) => shapes.map(([a, c]) => ({
    kernel, inputs: { a: { shape: a, dtype, fill: 'random' as const }, b: { shape: c, dtype, fill: fillB } },
  }))));
}

const integers = (kernels: string): Case[] => unary(kernels, i([2, 5]), false);
const edgePairs = (kernels: string): Case[] => kernels.split(' ').map((kernel) => ({ kernel, inputs: { a: f([16, 1], 'edge'), b: f([16], 'edge') }, note: 'edges' }));

const elementwise: readonly Case[] = [
  ...unary('Abs Acosh Asinh Atan Ceil Cos Elu Erf Exp Expm1 Floor IsFinite IsInf IsNan LeakyRelu Log1p Neg Reciprocal Relu Relu6 Round Selu Sigmoid Sign Sin Softplus Sqrt Square Step Tanh'),
  ...unary('Cosh Sinh Tan', f([2, 3, 4]), false),
  ...unary('Acos Asin Atanh', f([2, 3, 4], 'unit')),
  ...unary('Log Rsqrt Sqrt', f([2, 3, 4], 'positive')),
  ...integers('Abs Neg Relu Square Sign Exp Sigmoid Tanh Sqrt Log Cos LeakyRelu Elu Step Relu6 Round Floor Reciprocal Acosh Asinh Atan Cosh Sin Sinh Tan Softplus Selu Log1p Expm1 Rsqrt Ceil IsNan IsInf IsFinite'),
  { kernel: 'Step', inputs: { x: edge }, attrs: { alpha: 0.3 } },
  { kernel: 'LeakyRelu', inputs: { x: edge }, attrs: { alpha: 0.1 } },
  { kernel: 'ClipByValue', inputs: { x: edge }, attrs: { clipValueMin: -1, clipValueMax: 2 } },
  { kernel: 'ClipByValue', inputs: { x: i([9]) }, attrs: { clipValueMin: -1, clipValueMax: 2 } },
  { kernel: 'LogicalNot', inputs: { x: b([2, 3]) } },
  ...binary('Add Sub Multiply Maximum Minimum SquaredDifference Greater GreaterEqual Less LessEqual Equal NotEqual'),
  ...binary('RealDiv FloorDiv Mod', ['float32', 'int32'], 'positive'),
  ...binary('LogicalAnd LogicalOr', ['bool']),
  ...binary('Equal NotEqual', ['bool']),
  ...binary('Atan2 Prelu', ['float32']).map((c) => (c.kernel === 'Prelu' ? { kernel: 'Prelu', inputs: { x: (c.inputs as Record<string, Operand>)['a']!, alpha: (c.inputs as Record<string, Operand>)['b']! } } : c)),
  { kernel: 'Pow', inputs: { a: f([3, 4], 'positive'), b: f([4]) } },
  { kernel: 'Pow', inputs: { a: f([3, 4]), b: f([4], [0, 1, 2, 3]) } },
  { kernel: 'Pow', inputs: { a: i([3, 4]), b: i([4], [0, 1, 2, 3]) } },
  ...edgePairs('Add Sub Multiply RealDiv Maximum Minimum Greater Less Equal NotEqual Atan2'),
  { kernel: 'EluGrad', inputs: { dy: f([3, 4]), y: f([3, 4], 'unit') } },
  { kernel: 'AddN', inputs: [f([2, 3]), f([2, 3]), f([2, 3])] },
  { kernel: 'AddN', inputs: [i([2, 3]), i([2, 3])] },
  { kernel: 'Select', inputs: { condition: b([2, 3]), t: f([2, 3]), e: f([2, 3]) } },
  { kernel: 'Select', inputs: { condition: b([2, 3]), t: i([2, 3]), e: i([2, 3]) } },
  { kernel: 'Select', inputs: { condition: b([2, 3]), t: b([2, 3]), e: b([2, 3]) } },
  ...(['float32', 'int32', 'bool'] as const).flatMap((dtype) => [
    { kernel: 'Cast', inputs: { x: f([3, 4]) }, attrs: { dtype } },
    { kernel: 'Cast', inputs: { x: f([8], [0, -0, 1.9, -1.9, Number.NaN, 0.4, -0.4, 1e6]) }, attrs: { dtype } },
    { kernel: 'Cast', inputs: { x: i([3, 4]) }, attrs: { dtype } },
    { kernel: 'Cast', inputs: { x: b([3, 4]) }, attrs: { dtype } },
  ]),
];

const reduceAttrs: readonly object[] = [{}, { axis: 0 }, { axis: -1, keepDims: true }, { axis: [0, 2] }, { axis: [1, 2], keepDims: true }];
const named = (kernel: string, attrs: object): object => (kernel === 'Max' && 'axis' in attrs ? { ...attrs, axis: undefined, reductionIndices: attrs.axis } : attrs);

const reductions: readonly Case[] = [
  ...['Sum', 'Mean', 'Max', 'Min', 'Prod'].flatMap((kernel) => reduceAttrs.flatMap((attrs) => [
    { kernel, inputs: { x: f([3, 4, 5]) }, attrs: named(kernel, attrs) },
    { kernel, inputs: { x: i([3, 4, 2], 'unit') }, attrs: named(kernel, attrs) },
    { kernel, inputs: { x: f([2, 3, 4, 2]) }, attrs: named(kernel, attrs) },
  ])),
  ...['All', 'Any'].flatMap((kernel) => reduceAttrs.map((attrs) => ({ kernel, inputs: { x: b([3, 4, 5]) }, attrs }))),
  { kernel: 'Sum', inputs: { x: f([]) } },
  { kernel: 'Sum', inputs: { x: f([4096, 3]) }, attrs: { axis: 0 }, tolerance: 1e-3, note: 'two stages' },
  { kernel: 'Sum', inputs: { x: f([8, 32, 32, 3]) }, attrs: { axis: [0, 1, 2] }, tolerance: 2e-3 },
  { kernel: 'Mean', inputs: { x: f([2000, 3]) }, attrs: { axis: 0 } },
  { kernel: 'Sum', inputs: { x: f([0, 3]) }, attrs: { axis: 0 } },
  { kernel: 'Sum', inputs: { x: b([3, 4]) }, attrs: { axis: 0 } },
  { kernel: 'Prod', inputs: { x: b([3, 4]) }, attrs: { axis: 0 } },
  { kernel: 'Max', inputs: { x: f([4, 4], 'edge') }, attrs: { reductionIndices: 1 }, note: 'edges' },
  { kernel: 'Min', inputs: { x: f([4, 4], 'edge') }, attrs: { axis: 0 }, note: 'edges' },
  { kernel: 'Sum', inputs: { x: f([4, 4], 'edge') }, attrs: { axis: 1 }, note: 'edges' },
  ...['ArgMax', 'ArgMin'].flatMap((kernel) => [0, 1, 2].map((axis) => ({ kernel, inputs: { x: f([3, 4, 5]) }, attrs: { axis } }))),
  { kernel: 'ArgMax', inputs: { x: i([6], [1, 3, 3, 0, 3, 2]) }, attrs: { axis: 0 }, note: 'the first of equals' },
  ...[false, true].flatMap((exclusive) => [false, true].map((reverse) => ({ kernel: 'Cumsum', inputs: { x: f([3, 4]) }, attrs: { axis: 1, exclusive, reverse } }))),
  { kernel: 'Cumsum', inputs: { x: i([5]) }, attrs: { axis: 0, exclusive: false, reverse: false } },
];

const shapes: readonly Case[] = [
  { kernel: 'Concat', inputs: [f([2, 3]), f([2, 1])], attrs: { axis: 1 } },
  { kernel: 'Concat', inputs: [i([2, 3]), i([0, 3]), i([1, 3])], attrs: { axis: 0 } },
  { kernel: 'Concat', inputs: [b([2, 3]), b([2, 3])], attrs: { axis: 0 } },
  { kernel: 'Pack', inputs: [f([2, 3]), f([2, 3])], attrs: { axis: 1 } },
  { kernel: 'Unpack', inputs: { value: f([2, 3, 4]) }, attrs: { axis: 1 } },
  { kernel: 'SplitV', inputs: { x: f([2, 6]) }, attrs: { numOrSizeSplits: [1, 2, 3], axis: 1 } },
  { kernel: 'SplitV', inputs: { x: i([6]) }, attrs: { numOrSizeSplits: 3, axis: 0 } },
  { kernel: 'Slice', inputs: { x: f([3, 4, 5]) }, attrs: { begin: [1, 0, 2], size: [2, 4, -1] } },
  { kernel: 'Slice', inputs: { x: b([3, 4]) }, attrs: { begin: [0, 1], size: [3, 2] } },
  { kernel: 'Slice', inputs: { x: f([3, 4]) }, attrs: { begin: [0, 0], size: [3, 4] }, note: 'whole' },
  { kernel: 'StridedSlice', inputs: { x: f([5, 6]) }, attrs: { begin: [4, 1], end: [0, 6], strides: [-2, 2], beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 } },
  { kernel: 'StridedSlice', inputs: { x: f([5, 6]) }, attrs: { begin: [0, 1], end: [0, 0], strides: [1, -1], beginMask: 3, endMask: 3, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 } },
  { kernel: 'StridedSlice', inputs: { x: f([5, 6]) }, attrs: { begin: [1, 2], end: [2, 5], strides: [1, 1], beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 1 } },
  { kernel: 'PadV2', inputs: { x: f([2, 3]) }, attrs: { paddings: [[1, 0], [0, 2]], constantValue: 7 } },
  { kernel: 'PadV2', inputs: { x: i([2, 3]) }, attrs: { paddings: [[1, 0], [0, 2]], constantValue: -1 } },
  { kernel: 'MirrorPad', inputs: { x: f([3, 4]) }, attrs: { paddings: [[1, 2], [0, 3]], mode: 'reflect' } },
  { kernel: 'Reverse', inputs: { x: f([3, 4, 2]) }, attrs: { dims: [0, 2] } },
  { kernel: 'Tile', inputs: { x: f([2, 3]) }, attrs: { reps: [2, 3] } },
  { kernel: 'Tile', inputs: { x: i([1, 3]) }, attrs: { reps: [4, 1] } },
  { kernel: 'Transpose', inputs: { x: f([2, 3, 4]) }, attrs: { perm: [2, 0, 1] } },
  { kernel: 'Transpose', inputs: { x: b([2, 3]) }, attrs: { perm: [1, 0] } },
  { kernel: 'Reshape', inputs: { x: f([2, 6]) }, attrs: { shape: [3, -1] } },
  { kernel: 'ExpandDims', inputs: { input: f([2, 3]) }, attrs: { dim: 1 } },
  { kernel: 'Identity', inputs: { x: f([2, 3]) } },
  { kernel: 'Fill', inputs: {}, attrs: { shape: [2, 3], value: 2.5, dtype: 'float32' } },
  { kernel: 'Fill', inputs: {}, attrs: { shape: [4], value: 3, dtype: 'int32' } },
  ...['ZerosLike', 'OnesLike'].flatMap((kernel) => [{ kernel, inputs: { x: f([2, 3]) } }, { kernel, inputs: { x: i([2]) } }, { kernel, inputs: { x: b([2]) } }]),
  ...[i, b].flatMap((of): Case[] => [
    { kernel: 'PadV2', inputs: { x: of([2, 3]) }, attrs: { paddings: [[1, 0], [0, 2]], constantValue: 1 } },
    { kernel: 'Tile', inputs: { x: of([2, 3]) }, attrs: { reps: [2, 2] } },
    { kernel: 'Reverse', inputs: { x: of([2, 3]) }, attrs: { dims: [1] } },
    { kernel: 'SplitV', inputs: { x: of([2, 6]) }, attrs: { numOrSizeSplits: 2, axis: 1 } },
    { kernel: 'Unpack', inputs: { value: of([2, 3]) }, attrs: { axis: 0 } },
    { kernel: 'Pack', inputs: [of([3]), of([3])], attrs: { axis: 0 } },
    { kernel: 'Transpose', inputs: { x: of([2, 3, 2]) }, attrs: { perm: [2, 0, 1] } },
    { kernel: 'GatherV2', inputs: { x: of([4, 3]), indices: i([2], [3, 1]) }, attrs: { axis: 0, batchDims: 0 } },
    { kernel: 'GatherNd', inputs: { params: of([3, 4]), indices: i([2, 2], [0, 1, 2, 3]) } },
    { kernel: 'StridedSlice', inputs: { x: of([5, 6]) }, attrs: { begin: [1, 2], end: [4, 6], strides: [2, 3], beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 } },
    { kernel: 'TensorScatterUpdate', inputs: { tensor: of([5]), indices: i([2, 1], [4, 1]), updates: of([2]) } },
    { kernel: 'Max', inputs: { x: of([3, 4]) }, attrs: { reductionIndices: 1 } },
    { kernel: 'ArgMax', inputs: { x: of([3, 4]) }, attrs: { axis: 1 } },
  ]),
  { kernel: 'ScatterNd', inputs: { indices: i([3, 1], [0, 2, 0]), updates: i([3, 2]) }, attrs: { shape: [4, 2] } },
  { kernel: 'FlipLeftRight', inputs: { image: f([2, 3, 4, 2]) } },
  { kernel: 'BatchToSpaceND', inputs: { x: f([8, 2, 3, 2]) }, attrs: { blockShape: [2, 2], crops: [[0, 1], [1, 0]] } },
  { kernel: 'SpaceToBatchND', inputs: { x: f([2, 3, 4, 2]) }, attrs: { blockShape: [2, 2], paddings: [[1, 0], [0, 2]] } },
  { kernel: 'DepthToSpace', inputs: { x: f([2, 2, 3, 8]) }, attrs: { blockSize: 2, dataFormat: 'NHWC' } },
];

const indexing: readonly Case[] = [
  { kernel: 'GatherV2', inputs: { x: f([4, 3]), indices: i([5], [0, 3, 1, 1, 2]) }, attrs: { axis: 0, batchDims: 0 } },
  { kernel: 'GatherV2', inputs: { x: i([2, 4, 3]), indices: i([2, 2], [3, 0, 1, 1]) }, attrs: { axis: 1, batchDims: 0 } },
  { kernel: 'GatherV2', inputs: { x: f([2, 4, 3]), indices: i([2, 2], [3, 0, 1, 1]) }, attrs: { axis: 1, batchDims: 1 } },
  { kernel: 'GatherNd', inputs: { params: f([3, 4, 2]), indices: i([3, 2], [0, 1, 2, 3, 1, 0]) } },
  { kernel: 'ScatterNd', inputs: { indices: i([3, 1], [0, 2, 0]), updates: f([3, 4]) }, attrs: { shape: [5, 4] } },
  { kernel: 'UnsortedSegmentSum', inputs: { x: f([4, 3]), segmentIds: i([4], [0, -1, 0, 1]) }, attrs: { numSegments: 4 } },
  { kernel: 'TensorScatterUpdate', inputs: { tensor: f([5, 2]), indices: i([2, 1], [4, 1]), updates: f([2, 2]) } },
  { kernel: 'OneHot', inputs: { indices: i([4], [0, 2, -1, 5]) }, attrs: { depth: 3, onValue: 1, offValue: 0, dtype: 'int32' } },
  { kernel: 'OneHot', inputs: { indices: i([2, 2], [0, 2, 1, 1]) }, attrs: { depth: 3, onValue: 0.9, offValue: 0.05, dtype: 'float32' } },
  { kernel: 'TopK', inputs: { x: f([3, 7]) }, attrs: { k: 3, sorted: true } },
  { kernel: 'TopK', inputs: { x: i([7], [1, 5, 2, 5, 0, 9, 3]) }, attrs: { k: 4, sorted: true } },
];

const matmuls: readonly Case[] = [
  ...[false, true].flatMap((transposeA) => [false, true].flatMap((transposeB) => [[], [3], [1]].map((batch) => ({
    kernel: 'BatchMatMul',
    inputs: { a: f([...batch, ...(transposeA ? [5, 4] : [4, 5])]), b: f([...batch, ...(transposeB ? [6, 5] : [5, 6])]) },
    attrs: { transposeA, transposeB },
  })))),
  { kernel: 'BatchMatMul', inputs: { a: f([1, 4, 5]), b: f([3, 5, 2]) }, attrs: { transposeA: false, transposeB: false }, note: 'broadcast' },
  { kernel: 'BatchMatMul', inputs: { a: i([2, 3]), b: i([3, 2]) }, attrs: { transposeA: false, transposeB: false } },
  ...['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'].map((activation) => ({
    kernel: '_FusedMatMul', inputs: { a: f([1, 4, 5]), b: f([1, 5, 6]), bias: f([6]) }, attrs: { transposeA: false, transposeB: false, activation, leakyreluAlpha: 0.1 },
  })),
  { kernel: '_FusedMatMul', inputs: { a: f([1, 4, 5]), b: f([1, 5, 6]), preluActivationWeights: f([6]) }, attrs: { transposeA: false, transposeB: false, activation: 'prelu' } },
  ...['ij,jk->ik', 'bij,bkj->bik', 'ij->ji', 'ij,ij->', 'i,j->ij'].map((equation) => ({ kernel: 'Einsum', inputs: einsumInputs(equation), attrs: { equation } })),
];

function einsumInputs(equation: string): Operand[] {
  const sizes: Record<string, number> = { b: 2, i: 3, j: 4, k: 5 };
  return equation.split('->')[0]!.split(',').map((term) => f(Array.from(term, (letter) => sizes[letter]!)));
}

interface ConvolutionCase {
  readonly x: readonly number[];
  readonly filter: readonly number[];
  readonly strides: number;
  readonly pad: unknown;
  readonly dilations?: number;
}

const convolutionCases: readonly ConvolutionCase[] = [
  { x: [2, 5, 6, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' },
  { x: [2, 5, 6, 3], filter: [3, 2, 3, 4], strides: 1, pad: 'valid' },
  { x: [2, 7, 6, 3], filter: [3, 3, 3, 4], strides: 2, pad: 'same' },
  { x: [2, 8, 8, 3], filter: [3, 3, 3, 4], strides: 2, pad: 1 },
  { x: [2, 8, 7, 3], filter: [2, 2, 3, 4], strides: 3, pad: 'valid' },
  { x: [1, 6, 6, 2], filter: [3, 3, 2, 2], strides: 1, pad: 3 },
  { x: [4, 4, 4, 5], filter: [1, 1, 5, 3], strides: 1, pad: 'valid' },
  { x: [4, 5, 4, 5], filter: [1, 1, 5, 3], strides: 2, pad: 'valid' },
  { x: [4, 4, 4, 64], filter: [3, 3, 64, 64], strides: 1, pad: 'same' },
  { x: [2, 8, 8, 2], filter: [3, 3, 2, 3], strides: 1, pad: 'same', dilations: 2 },
  { x: [16, 24, 24, 1], filter: [5, 5, 1, 2], strides: 1, pad: 'valid' },
];

function convolutionOutput({ x, filter, strides, pad, dilations }: ConvolutionCase): readonly number[] {
  return tf.backend_util.computeConv2DInfo(x as never, filter as never, strides, dilations ?? 1, pad as never).outShape;
}

const convolutions: readonly Case[] = [
  ...convolutionCases.flatMap((c) => {
    const attrs = { strides: c.strides, pad: c.pad, dataFormat: 'NHWC', dilations: c.dilations ?? 1 };
    const dy = f(convolutionOutput(c));
    const forward: Case[] = [{ kernel: 'Conv2D', inputs: { x: f(c.x), filter: f(c.filter) }, attrs, tolerance: 1e-4 }];
    return c.dilations ? forward : [
      ...forward,
      { kernel: 'Conv2DBackpropInput', inputs: { dy, filter: f(c.filter) }, attrs: { ...attrs, inputShape: c.x }, tolerance: 1e-4 },
      { kernel: 'Conv2DBackpropFilter', inputs: { x: f(c.x), dy }, attrs: { ...attrs, filterShape: c.filter }, tolerance: 2e-3 },
    ];
  }),
  { kernel: 'FusedConv2D', inputs: { x: f([2, 5, 5, 3]), filter: f([3, 3, 3, 4]), bias: f([4]) }, attrs: { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1, activation: 'relu' } },
];

const depthwiseCases: readonly ConvolutionCase[] = [
  { x: [2, 5, 6, 3], filter: [3, 3, 3, 2], strides: 1, pad: 'same' },
  { x: [2, 7, 6, 3], filter: [3, 2, 3, 1], strides: 2, pad: 'valid' },
  { x: [2, 8, 8, 2], filter: [3, 3, 2, 2], strides: 1, pad: 'same', dilations: 2 },
];

const depthwise: readonly Case[] = [
  ...depthwiseCases.flatMap((c) => {
    const attrs = { strides: c.strides, pad: c.pad, dataFormat: 'NHWC', dilations: c.dilations ?? 1 };
    const dy = f(tf.backend_util.computeConv2DInfo(c.x as never, c.filter as never, c.strides, c.dilations ?? 1, c.pad as never, undefined, true).outShape);
    const forward: Case[] = [{ kernel: 'DepthwiseConv2dNative', inputs: { x: f(c.x), filter: f(c.filter) }, attrs }];
    return c.dilations ? forward : [
      ...forward,
      { kernel: 'DepthwiseConv2dNativeBackpropInput', inputs: { dy, filter: f(c.filter) }, attrs: { ...attrs, inputShape: c.x } },
      { kernel: 'DepthwiseConv2dNativeBackpropFilter', inputs: { x: f(c.x), dy }, attrs: { ...attrs, filterShape: c.filter }, tolerance: 1e-4 },
    ];
  }),
  { kernel: 'FusedDepthwiseConv2D', inputs: { x: f([2, 5, 5, 3]), filter: f([3, 3, 3, 2]), bias: f([6]) }, attrs: { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1, activation: 'relu6' } },
];

const imageCases: readonly Case[] = ['ResizeBilinear', 'ResizeNearestNeighbor'].flatMap((kernel) => [[4, 6], [2, 3], [7, 5]].flatMap((size) => [
  { kernel, inputs: { images: f([2, 4, 3, 2]) }, attrs: { size, alignCorners: false, halfPixelCenters: false } },
  { kernel, inputs: { images: f([2, 4, 3, 2]) }, attrs: { size, alignCorners: true, halfPixelCenters: false } },
  ...(kernel === 'ResizeBilinear' ? [{ kernel, inputs: { images: f([2, 4, 3, 2]) }, attrs: { size, alignCorners: false, halfPixelCenters: true } }] : []),
]));

const poolCases: readonly { x: readonly number[]; filterSize: number | readonly number[]; strides: number; pad: unknown }[] = [
  { x: [2, 6, 8, 3], filterSize: 2, strides: 2, pad: 'valid' },
  { x: [2, 7, 7, 3], filterSize: 3, strides: 2, pad: 'same' },
  { x: [2, 7, 6, 3], filterSize: 2, strides: 2, pad: 'valid' },
  { x: [2, 5, 5, 2], filterSize: [3, 2], strides: 1, pad: 'valid' },
  { x: [2, 4, 4, 3], filterSize: 4, strides: 4, pad: 'valid' },
  { x: [2, 8, 8, 2], filterSize: 2, strides: 3, pad: 'valid' },
];

const pools: readonly Case[] = poolCases.flatMap(({ x, filterSize, strides, pad }) => {
  const attrs = { filterSize, strides, pad };
  const out = f(tf.backend_util.computePool2DInfo(x as never, filterSize as never, strides, 1, pad as never).outShape);
  return [
    { kernel: 'AvgPool', inputs: { x: f(x) }, attrs },
    { kernel: 'AvgPoolGrad', inputs: { dy: out, input: f(x) }, attrs },
    { kernel: 'MaxPool', inputs: { x: f(x) }, attrs },
    { kernel: 'MaxPoolGrad', inputs: { dy: out, input: f(x), output: out }, attrs },
    ...(pad === 'valid' ? [false, true].map((includeBatchInIndex) => ({ kernel: 'MaxPoolWithArgmax', inputs: { x: f(x) }, attrs: { ...attrs, includeBatchInIndex } })) : []),
  ];
});

const normalisations: readonly Case[] = [
  { kernel: 'Softmax', inputs: { logits: f([3, 5]) }, attrs: { dim: 1 } },
  { kernel: 'Softmax', inputs: { logits: f([2, 3], [1e4, -1e4, 0, 5, 5, 5]) }, attrs: { dim: -1 } },
  { kernel: 'FusedBatchNorm', inputs: { x: f([2, 3, 3, 4]), mean: f([4]), variance: f([4], 'positive'), offset: f([4]), scale: f([4]) }, attrs: { varianceEpsilon: 1e-3 } },
  { kernel: 'FusedBatchNorm', inputs: { x: f([2, 3, 3, 4]), mean: f([4]), variance: f([4], 'positive') }, attrs: { varianceEpsilon: 1e-3 } },
];

export const parityCases: readonly Case[] = [...elementwise, ...reductions, ...shapes, ...indexing, ...matmuls, ...convolutions, ...depthwise, ...imageCases, ...pools, ...normalisations, ...edgeCases, ...volumeCases];
