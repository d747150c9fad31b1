/** Tests that fail on a back end of TensorFlow.js for a reason that lies in it. */
export interface KnownDeviation {
  readonly backEnds: readonly string[];
  /** `package/file`, without `src/`. */
  readonly file: string;
  /** Names of the tests: their whole names have this in them. */
  readonly tests: RegExp;
  readonly reason: string;
}

const gradientsFile = 'autodiff/gradients/on-back-ends.test.ts';

/** One of the cases of the gradients on every back end. */
const gradientOf = (...names: readonly string[]): RegExp => new RegExp(`> (${names.join('|')}): first and second`);

/** A test that is listed and passes fails the run: the list may only shrink. */
export const knownDeviations: readonly KnownDeviation[] = [
  {
    backEnds: ['tensorflow'], file: gradientsFile,
    tests: gradientOf('SearchSorted', 'DenseBincount', 'SparseSegmentMean', 'SparseSegmentSum', 'MaxPoolWithArgmax', 'RotateWithOffset', 'Transform', 'Transform, nearest'),
    reason: 'has no such kernel',
  },
  { backEnds: ['tensorflow'], file: gradientsFile, tests: gradientOf('SparseToDense, in any order'), reason: 'takes sorted positions only' },
  { backEnds: ['tensorflow'], file: gradientsFile, tests: gradientOf('Einsum, with spaces'), reason: 'takes spaces in an equation for axes' },
  { backEnds: ['tensorflow'], file: gradientsFile, tests: gradientOf('DepthwiseConv2dNative, dilated', 'Conv3D, dilated'), reason: 'has no dilations there' },
  {
    backEnds: ['tensorflow'], file: gradientsFile, tests: gradientOf('DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'),
    reason: 'has one stride only in depthwise convolutions',
  },
  {
    backEnds: ['tensorflow'], file: gradientsFile, tests: gradientOf('AvgPoolGrad'),
    reason: 'divides by the pixels of a window that lie in the image, other back ends by all; differs for who calls that kernel, not for tf.avgPool',
  },
  {
    backEnds: ['wasm'], file: gradientsFile,
    tests: gradientOf('UnsortedSegmentSum', 'Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'Einsum', 'Einsum, with spaces'),
    reason: 'has no such kernel; gradients of convolutions go without',
  },
  {
    backEnds: ['wasm'], file: gradientsFile, tests: gradientOf('MaxPoolGrad', 'Conv3DBackpropFilterV2', 'Conv3DBackpropInputV2'),
    reason: 'has a wrong kernel; gradients of tf.maxPool and tf.conv3d go without',
  },
  { backEnds: ['wasm'], file: gradientsFile, tests: gradientOf('Transform', 'Transform, nearest'), reason: 'reflects and wraps pixels at the border otherwise than TensorFlow.js on its other back ends' },
  { backEnds: ['wasm'], file: 'autodiff/gradients/edges.test.ts', tests: /take empty tensors/, reason: 'gives what was in memory for the sum of nothing' },
  { backEnds: ['wasm'], file: 'autodiff/stop-gradient.test.ts', tests: /shares the elements/, reason: 'copies in tf.clone' },
  { backEnds: ['wasm'], file: 'testing/expect-no-leaks.test.ts', tests: /sees clones/, reason: 'copies in tf.clone' },
  { backEnds: ['wasm'], file: 'autodiff/value-and-grad.test.ts', tests: /why Real has no gradient/, reason: 'has no complex numbers' },
  { backEnds: ['wasm'], file: 'tensor/to-host.test.ts', tests: /strings and complex numbers/, reason: 'has no complex numbers' },
];

interface Task {
  readonly fullName: string;
  readonly file: { readonly filepath: string };
}

/** The reason why a test is known to fail on a back end, if it is. */
export function deviationOf(backEnd: string, { fullName, file }: Task): string | undefined {
  const place = /packages\/([^/]+)\/src\/(.*)$/.exec(file.filepath.replaceAll('\\', '/'));
  const name = place ? `${place[1]}/${place[2]}` : '';
  return knownDeviations.find((known) => known.backEnds.includes(backEnd) && known.file === name && known.tests.test(fullName))?.reason;
}
