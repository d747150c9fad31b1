/** Calls where ONNX and TensorFlow.js differ at first: empty tensors, NaN, integers and bools, ranks up to 6, odd windows, the other layout. */
import { b, type Case, f, i, type Operand } from './parity-operands.ts';

const types = [f, i, b];
const none = Number.NaN;

const empty: readonly Case[] = types.flatMap((of): Case[] => [
  { kernel: 'Add', inputs: { a: of([0, 3]), b: of([3]) } },
  { kernel: 'Concat', inputs: [of([0, 2]), of([0, 2])], attrs: { axis: 0 } },
  { kernel: 'GatherV2', inputs: { x: of([4, 3]), indices: i([0]) }, attrs: { axis: 0, batchDims: 0 } },
  { kernel: 'Max', inputs: { x: of([2, 0]) }, attrs: { reductionIndices: 1 } },
  { kernel: 'Min', inputs: { x: of([2, 0]) }, attrs: { axis: [0, 1], keepDims: true } },
  { kernel: 'PadV2', inputs: { x: of([0, 2]) }, attrs: { paddings: [[1, 1], [0, 1]], constantValue: 1 } },
  { kernel: 'Reshape', inputs: { x: of([0, 3]) }, attrs: { shape: [3, 0] } },
  { kernel: 'Slice', inputs: { x: of([3, 4]) }, attrs: { begin: [1, 1], size: [0, 2] } },
  { kernel: 'Sum', inputs: { x: of([0, 3]) }, attrs: { axis: 0 } },
  { kernel: 'Tile', inputs: { x: of([2, 3]) }, attrs: { reps: [0, 1] } },
  { kernel: 'Transpose', inputs: { x: of([0, 3, 2]) }, attrs: { perm: [2, 0, 1] } },
  { kernel: 'SplitV', inputs: { x: of([3, 2]) }, attrs: { numOrSizeSplits: [3, 0], axis: 0 } },
  { kernel: 'Diag', inputs: { x: of([0]) } },
]);

const emptyResults: readonly Case[] = [
  { kernel: 'All', inputs: { x: b([2, 0]) }, attrs: { axis: 1 } },
  { kernel: 'Any', inputs: { x: b([2, 0]) }, attrs: { axis: 1 } },
  { kernel: 'ArgMax', inputs: { x: f([2, 0]) }, attrs: { axis: 1 } },
  { kernel: 'Mean', inputs: { x: f([2, 0]) }, attrs: { axis: 1 } },
  { kernel: 'Prod', inputs: { x: f([0, 2]) }, attrs: { axis: 0 } },
  { kernel: 'TopK', inputs: { x: f([2, 0, 3]) }, attrs: { k: 1, sorted: true } },
  { kernel: 'Softmax', inputs: { logits: f([0, 3]) }, attrs: { dim: 1 } },
  { kernel: 'BatchMatMul', inputs: { a: f([2, 1, 2, 0]), b: f([2, 1, 0, 3]) }, attrs: { transposeA: false, transposeB: false } },
  { kernel: 'BatchMatMul', inputs: { a: f([2, 0, 2]), b: f([2, 3, 0]) }, attrs: { transposeA: true, transposeB: true } },
  { kernel: 'BatchMatMul', inputs: { a: f([0, 2, 4]), b: f([0, 4, 3]) }, attrs: { transposeA: false, transposeB: false } },
];

const notNumbers = [1, none, 3, -2, none, 0, 5, -Infinity, 4, Infinity, none, 2];
const nan: readonly Case[] = [
  ...['Max', 'Min'].flatMap((kernel) => [0, 1, [0, 1]].map((axes) => ({ kernel, inputs: { x: f([3, 4], notNumbers) }, attrs: { axis: axes, reductionIndices: axes }, note: 'NaN' }))),
  { kernel: 'Max', inputs: { x: f([1, 2, 2, 3], notNumbers) }, attrs: { reductionIndices: [1, 2], keepDims: true }, note: 'NaN' },
  // A NaN in front is TensorFlow.js's answer; here it is passed over like any other.
  ...['ArgMax', 'ArgMin'].map((kernel) => ({ kernel, inputs: { x: f([2, 4], [1, none, 3, -2, 4, Infinity, none, -5]) }, attrs: { axis: 1 }, note: 'NaN' })),
  { kernel: 'MaxPoolWithArgmax', inputs: { x: f([1, 3, 3, 1], [1, none, 2, 3, 4, none, 0, none, 7]) }, attrs: { filterSize: 2, strides: 1, pad: 'valid', includeBatchInIndex: false }, note: 'NaN' },
];

const bools = 'Sigmoid Cos Log Reciprocal Softplus Tanh'.split(' ').map((kernel): Case => ({ kernel, inputs: { x: b([5]) }, note: 'the integer part' }));
const integers: readonly Case[] = [
  { kernel: 'Exp', inputs: { x: i([3], [10, -3, 0]) }, tolerance: 1e-7, note: 'all digits' },
  { kernel: 'Tan', inputs: { x: f([3], [1.5707, 781902016, -4]) }, tolerance: 1e-6, note: 'close to a pole' },
  { kernel: 'Pow', inputs: { a: i([5], [0, 2, -3, 12345, 0]), b: i([5], [-1, -2, 3, 2, 0]) }, note: 'integers' },
  { kernel: 'Softmax', inputs: { logits: i([2, 3]) }, attrs: { dim: 1 } },
  { kernel: 'RealDiv', inputs: { a: i([4], [7, -7, 1, 0]), b: i([4], [2, 2, 0, 0]) }, note: 'by zero' },
  { kernel: 'FloorDiv', inputs: { a: i([4], [7, -7, 1, 0]), b: i([4], [2, 2, 0, 0]) }, note: 'by zero' },
  { kernel: 'Mod', inputs: { a: i([4], [7, -7, 7, -1]), b: i([4], [3, 3, -3, -3]) }, note: 'signs' },
];

const counted: readonly Case[] = [
  { kernel: 'Cumsum', inputs: { x: b([2, 5]) }, attrs: { axis: 1, exclusive: false, reverse: false } },
  { kernel: 'Cumprod', inputs: { x: b([2, 5]) }, attrs: { axis: 1, exclusive: true, reverse: true } },
  { kernel: 'Einsum', inputs: [i([2, 3, 4]), i([2, 4, 3])], attrs: { equation: 'bij,bjk->bik' } },
  { kernel: 'PadV2', inputs: { x: f([]) }, attrs: { paddings: [], constantValue: 1 } },
  { kernel: 'Reverse', inputs: { x: f([]) }, attrs: { dims: [] } },
  { kernel: 'StridedSlice', inputs: { x: f([4, 3]) }, attrs: { begin: [2, 0], end: [2, 3], strides: [1, 1], beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 }, note: 'nothing' },
];

const high = [1, 2, 1, 3, 2, 2];
const ranks: readonly Case[] = types.flatMap((of): Case[] => [
  { kernel: 'Add', inputs: { a: of(high, of === b ? Array.from({ length: 24 }, () => 0) : 'random'), b: of([2, 1, 1, 2]) } },
  { kernel: 'Sum', inputs: { x: of(high) }, attrs: { axis: [1, 4] } },
  { kernel: 'Transpose', inputs: { x: of(high) }, attrs: { perm: [5, 0, 4, 1, 3, 2] } },
  { kernel: 'Concat', inputs: [of(high), of(high)], attrs: { axis: 2 } },
  { kernel: 'Slice', inputs: { x: of(high) }, attrs: { begin: [0, 1, 0, 1, 0, 1], size: [1, 1, 1, 2, 2, 1] } },
  { kernel: 'Reverse', inputs: { x: of(high) }, attrs: { dims: [1, 3, 5] } },
]);

const shapes: readonly Case[] = [
  ...[f, i].flatMap((of) => [[[1, 2], [0, 3]], [[2, 0], [0, 0]]].map((paddings) => ({ kernel: 'MirrorPad', inputs: { x: of([3, 4]) }, attrs: { paddings, mode: 'symmetric' } }))),
  ...types.map((of) => ({ kernel: 'Diag', inputs: { x: of([2, 3]) } })),
  ...[false, true].flatMap((exclusive) => [false, true].map((reverse) => ({ kernel: 'Cumprod', inputs: { x: f([3, 7, 2]) }, attrs: { axis: 1, exclusive, reverse } }))),
  { kernel: 'Cumprod', inputs: { x: i([5]) }, attrs: { axis: 0, exclusive: false, reverse: false } },
  ...types.map((of) => ({ kernel: 'SparseToDense', inputs: { sparseIndices: i([3, 2], [0, 1, 2, 0, 2, 2]), sparseValues: of([3]), defaultValue: of([]) }, attrs: { outputShape: [3, 4] } })),
  { kernel: 'SparseToDense', inputs: { sparseIndices: i([2], [3, 1]), sparseValues: f([]), defaultValue: f([], [7]) }, attrs: { outputShape: [5] }, note: 'one value' },
  { kernel: 'ScatterNd', inputs: { indices: i([3], [4, 0, 4]), updates: f([3, 2]) }, attrs: { shape: [5, 2] }, note: 'a vector of indices' },
  { kernel: 'TensorScatterUpdate', inputs: { tensor: f([5]), indices: i([2], [4, 1]), updates: f([2]) }, note: 'a vector of indices' },
  { kernel: 'UnsortedSegmentSum', inputs: { x: f([5, 2]), segmentIds: i([5], [0, 7, 1, -3, 4]) }, attrs: { numSegments: 4 }, note: 'segments that there are not' },
  { kernel: 'GatherV2', inputs: { x: f([2, 3, 4, 2]), indices: i([2, 2], [3, 0, 1, 1]) }, attrs: { axis: 2, batchDims: 1 } },
  { kernel: 'GatherV2', inputs: { x: f([2, 4]), indices: i([2, 3], [3, 0, 1, 1, 2, 2]) }, attrs: { axis: 1, batchDims: -1 } },
];

const square = { filterSize: 2, strides: 2, pad: 'valid' };
const odd = { filterSize: [3, 3], strides: [2, 2], pad: 1, dimRoundingMode: 'ceil' };
const image: readonly Operand[] = [f([2, 5, 6, 3]), i([2, 5, 6, 3])];
const windows: readonly Case[] = [
  ...image.flatMap((x): Case[] => [
    { kernel: 'MaxPool', inputs: { x }, attrs: square },
    { kernel: 'AvgPool', inputs: { x }, attrs: square },
    { kernel: 'Conv2D', inputs: { x, filter: { ...x, shape: [3, 3, 3, 2] } }, attrs: { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 } },
    { kernel: 'DepthwiseConv2dNative', inputs: { x, filter: { ...x, shape: [2, 3, 3, 2] } }, attrs: { strides: 1, pad: 'valid', dilations: 1 } },
    { kernel: 'ResizeNearestNeighbor', inputs: { images: x }, attrs: { size: [3, 9], alignCorners: false, halfPixelCenters: true } },
    ...[[1, 4], [1, 1], [7, 1]].flatMap((size) => ['ResizeBilinear', 'ResizeNearestNeighbor'].map((kernel) => ({ kernel, inputs: { images: x }, attrs: { size, alignCorners: true, halfPixelCenters: false }, note: 'one row' }))),
  ]),
  { kernel: 'MaxPool', inputs: { x: f([2, 4, 5, 3]) }, attrs: { filterSize: 1, strides: 1, pad: 'valid' }, note: 'the image itself' },
  { kernel: 'AvgPool', inputs: { x: f([1, 2, 2, 3]) }, attrs: { filterSize: 1, strides: 2, pad: 1 }, note: 'the image itself' },
  { kernel: 'MaxPool', inputs: { x: f([2, 5, 6, 3]) }, attrs: odd },
  { kernel: 'AvgPool', inputs: { x: f([2, 5, 6, 3]) }, attrs: odd },
  { kernel: 'Conv2DBackpropInput', inputs: { dy: f([1, 8, 8, 3]), filter: f([4, 4, 2, 3]) }, attrs: { strides: 1, pad: 'same', dataFormat: 'NHWC', inputShape: [1, 4, 4, 2] }, tolerance: 1e-4, note: 'more than asked for' },
];

const layout = { strides: [1, 2], pad: [[0, 0], [0, 0], [1, 0], [1, 1]], dataFormat: 'NCHW', dilations: 1 };
/** TensorFlow.js's gradients of resizing are right for one square image only. */
const resizing: readonly Case[] = ['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'].flatMap((kernel) => [[5, 4], [2, 6]].flatMap((size) => [false, true].map((alignCorners) => (
  { kernel, inputs: { images: f([1, 3, 3, 2]), dy: f([1, ...size, 2]) }, attrs: { size, alignCorners, halfPixelCenters: false } }
))));

const channelsFirst: readonly Case[] = [
  { kernel: 'Conv2D', inputs: { x: f([2, 3, 5, 6]), filter: f([3, 2, 3, 4]) }, attrs: layout },
  { kernel: 'Conv2DBackpropInput', inputs: { dy: f([2, 4, 4, 4]), filter: f([3, 2, 3, 4]) }, attrs: { ...layout, inputShape: [2, 3, 5, 6] }, tolerance: 1e-4 },
  { kernel: 'Conv2DBackpropFilter', inputs: { x: f([2, 3, 5, 6]), dy: f([2, 4, 4, 4]) }, attrs: { ...layout, filterShape: [3, 2, 3, 4] }, tolerance: 1e-3 },
  { kernel: 'FusedConv2D', inputs: { x: f([2, 3, 5, 6]), filter: f([3, 2, 3, 4]), bias: f([4]), preluActivationWeights: f([4]) }, attrs: { ...layout, activation: 'prelu' } },
].map((one) => ({ ...one, note: 'NCHW' }));

const responses: readonly Case[] = [1, 2, 5].flatMap((depthRadius) => {
  const attrs = { depthRadius, bias: 1.5, alpha: 0.3, beta: 0.75 };
  const x = f([2, 3, 2, 6]);
  return [{ kernel: 'LRN', inputs: { x }, attrs }, { kernel: 'LRNGrad', inputs: { x, y: x, dy: x }, attrs, tolerance: 1e-4 }];
});

export const edgeCases: readonly Case[] = [
  ...empty, ...emptyResults, ...nan, ...bools, ...integers, ...counted, ...ranks, ...shapes, ...windows, ...resizing, ...channelsFirst, ...responses,
];
