import { backend_util } from '@tensorflow/tfjs-core';
import {
  averagePool3d, averagePoolGradient3d, convolution3d, filterGradient3d, inputGradient3d, maxPool3d, maxPoolGradient3d, type Triple, type VolumeGeometry,
} from '../lower/volume.ts';
import { inFloat32, kernel, type KernelTable } from './kernel.ts';

type Shape5 = [number, number, number, number, number];

interface WindowAttributes {
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dataFormat?: 'NDHWC' | 'NCDHW';
}

interface ConvolutionAttributes extends WindowAttributes {
  readonly pad: 'valid' | 'same';
  readonly dilations?: [number, number, number] | number;
  readonly inputShape?: Shape5;
  readonly filterShape?: Shape5;
}

interface PoolingAttributes extends WindowAttributes {
  readonly filterSize: [number, number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** TensorFlow.js's own rules for sizes and paddings. Null where there is room for more windows than outputs. */
function geometryOf(info: backend_util.Conv3DInfo): VolumeGeometry | null {
  const size: Triple = [info.inDepth, info.inHeight, info.inWidth];
  const out: Triple = [info.outDepth, info.outHeight, info.outWidth];
  const kernelSize: Triple = [info.filterDepth, info.filterHeight, info.filterWidth];
  const strides: Triple = [info.strideDepth, info.strideHeight, info.strideWidth];
  const dilations: Triple = [info.dilationDepth, info.dilationHeight, info.dilationWidth];
  const before: Triple = [info.padInfo.front, info.padInfo.top, info.padInfo.left];
  const afterOf = (i: 0 | 1 | 2): number => (out[i] - 1) * strides[i] + (kernelSize[i] - 1) * dilations[i] + 1 - size[i] - before[i];
  const after: Triple = [afterOf(0), afterOf(1), afterOf(2)];
  if (after.some((pad, i) => pad <= -strides[i]!)) return null;
  return { batch: info.batchSize, channels: info.inChannels, outChannels: info.outChannels, size, out, kernel: kernelSize, strides, dilations, before, after };
}

function convolution(x: readonly number[], filter: readonly number[], attrs: ConvolutionAttributes): VolumeGeometry | null {
  if (attrs.dataFormat === 'NCDHW') return null;
  return geometryOf(backend_util.computeConv3DInfo(x as Shape5, filter as Shape5, attrs.strides, attrs.dilations ?? 1, attrs.pad));
}

/** Null also where a window may lie in the padding as a whole, which ONNX refuses. */
function pooling(x: readonly number[], attrs: PoolingAttributes): VolumeGeometry | null {
  if (attrs.dataFormat === 'NCDHW') return null;
  const g = geometryOf(backend_util.computePool3DInfo(x as Shape5, attrs.filterSize, attrs.strides, 1, attrs.pad, attrs.dimRoundingMode));
  return g?.kernel.some((length, i) => Math.max(g.before[i]!, g.after[i]!) >= length) ? null : g;
}

const outputs = (g: VolumeGeometry, channels: number) => [{ shape: [g.batch, ...g.out, channels], dtype: 'float32' as const }];
const volume = (g: VolumeGeometry) => [{ shape: [g.batch, ...g.size, g.channels], dtype: 'float32' as const }];

const rows: KernelTable = {
  AvgPool3D: kernel<PoolingAttributes, VolumeGeometry>(
    ({ inputs: { x }, attrs }) => {
      const g = pooling(x!.shape, attrs);
      return g && { inputs: [x!], attrs: g, outputs: outputs(g, g.channels) };
    },
    ({ inputs: [x], attrs }, to) => averagePool3d(to, x!, attrs),
  ),
  AvgPool3DGrad: kernel<PoolingAttributes, VolumeGeometry>(
    ({ inputs: { dy, input }, attrs }) => {
      const g = pooling(input!.shape, attrs);
      return g && { inputs: [dy!], attrs: g, outputs: volume(g) };
    },
    ({ inputs: [dy], attrs }, to) => averagePoolGradient3d(to, dy!, attrs),
  ),
  Conv3D: kernel<ConvolutionAttributes, VolumeGeometry>(
    ({ inputs: { x, filter }, attrs }) => {
      const g = convolution(x!.shape, filter!.shape, attrs);
      return g && { inputs: [x!, filter!], attrs: g, outputs: outputs(g, g.outChannels) };
    },
    ({ inputs: [x, filter], attrs }, to) => convolution3d(to, x!, filter!, attrs),
  ),
  Conv3DBackpropFilterV2: kernel<ConvolutionAttributes, VolumeGeometry>(
    ({ inputs: { x, dy }, attrs }) => {
      const g = convolution(x!.shape, attrs.filterShape!, attrs);
      return g && { inputs: [x!, dy!], attrs: g, outputs: [{ shape: attrs.filterShape!, dtype: 'float32' }] };
    },
    ({ inputs: [x, dy], attrs }, to) => filterGradient3d(to, x!, dy!, attrs),
  ),
  Conv3DBackpropInputV2: kernel<ConvolutionAttributes, VolumeGeometry>(
    ({ inputs: { dy, filter }, attrs }) => {
      const g = convolution(attrs.inputShape!, filter!.shape, attrs);
      return g && { inputs: [dy!, filter!], attrs: g, outputs: volume(g) };
    },
    ({ inputs: [dy, filter], attrs }, to) => inputGradient3d(to, dy!, filter!, attrs),
  ),
  MaxPool3D: kernel<PoolingAttributes, VolumeGeometry>(
    ({ inputs: { x }, attrs }) => {
      const g = pooling(x!.shape, attrs);
      return g && { inputs: [x!], attrs: g, outputs: outputs(g, g.channels) };
    },
    ({ inputs: [x], attrs }, to) => maxPool3d(to, x!, attrs),
  ),
  MaxPool3DGrad: kernel<PoolingAttributes, VolumeGeometry>(
    ({ inputs: { dy, input }, attrs }) => {
      const g = pooling(input!.shape, attrs);
      return g && { inputs: [dy!, input!], attrs: g, outputs: volume(g) };
    },
    ({ inputs: [dy, x], attrs }, to) => maxPoolGradient3d(to, dy!, x!, attrs),
  ),
};

export const volumeKernels: KernelTable = inFloat32(rows, ['AvgPool3D', 'Conv3D', 'MaxPool3D']);
