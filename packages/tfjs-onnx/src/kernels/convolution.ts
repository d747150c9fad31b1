import { backend_util } from '@tensorflow/tfjs-core';
import { sameShape, type Value } from '../graph/value.ts';
import {
  convolution, depthwiseConvolution, depthwiseFilterGradient, depthwiseInputGradient, filterGradient, inputGradient,
} from '../lower/convolution.ts';
import { type Geometry, geometryOf, leavesWindowsOut } from './geometry.ts';
import { composite, inFloat32, type Kernel, kernel, type KernelCall, type KernelTable, type Recording } from './kernel.ts';

type Shape4 = [number, number, number, number];

interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | readonly (readonly [number, number])[];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly inputShape?: Shape4;
  readonly filterShape?: Shape4;
}

/** Null where TensorFlow.js's rules for a padding by number give a size that is not the number of windows. */
function geometry(x: readonly number[], filter: readonly number[], attrs: ConvolutionAttributes, depthwise = false): Geometry | null {
  const g = geometryOf(backend_util.computeConv2DInfo(
    x as Shape4, filter as Shape4, attrs.strides, attrs.dilations ?? 1, attrs.pad as number, attrs.dimRoundingMode, depthwise,
  ));
  const seesNothing = g.kernel[0] * g.kernel[1] === 1 && Math.max(g.bottom, g.right) > 0;
  return leavesWindowsOut(g) || seesNothing ? null : g;
}

interface FusedAttributes extends ConvolutionAttributes {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/** Bias and activation after a fused kernel's main part. */
export function finishFused(rec: Recording, value: Value, inputs: Readonly<Record<string, Value | undefined>>, attrs: { activation?: string; leakyreluAlpha?: number }): Value | null {
  const { bias, preluActivationWeights: alpha } = inputs;
  const sum = bias ? rec.call('Add', { a: value, b: bias }) : value;
  switch (attrs.activation ?? 'linear') {
    case 'linear': return sum;
    case 'relu': return rec.call('Relu', { x: sum });
    case 'relu6': return rec.call('Relu6', { x: sum });
    case 'elu': return rec.call('Elu', { x: sum });
    case 'sigmoid': return rec.call('Sigmoid', { x: sum });
    case 'prelu': return rec.call('Prelu', { x: sum, alpha: alpha! });
    case 'leakyrelu': return rec.call('LeakyRelu', { x: sum }, { alpha: attrs.leakyreluAlpha });
    default: return null;
  }
}

/** The part of dy that the convolution has outputs for: a transposed convolution may be asked for a smaller image. */
function gradientPart(rec: Recording, dy: Value, g: Geometry): Value {
  const size = [g.batch, g.outHeight, g.outWidth, g.outChannels];
  return sameShape(dy.shape, size) ? dy : rec.call('Slice', { x: dy }, { begin: [0, 0, 0, 0], size });
}

const TO_NHWC = [0, 2, 3, 1];
const TO_NCHW = [0, 3, 1, 2];

/** A row for NHWC that takes NCHW too: `images` among its operands are turned, and so is the result where that is images. */
function inNhwc(name: string, row: Kernel, images: readonly string[], givesImages: boolean): Kernel {
  return {
    lower: row.lower,
    record: (call: KernelCall<never>) => {
      const { inputs, attrs, rec } = call as KernelCall<ConvolutionAttributes>;
      if (attrs.dataFormat !== 'NCHW') return row.record(call);
      const turned = images.map((image) => [image, rec.call('Transpose', { x: inputs[image]! }, { perm: TO_NHWC })] as const);
      const inputShape = attrs.inputShape && TO_NHWC.map((axis) => attrs.inputShape![axis]!);
      const result = rec.call(name, { ...inputs, ...Object.fromEntries(turned) }, { ...attrs, inputShape, pad: turnedPad(attrs.pad), dataFormat: 'NHWC' });
      return givesImages ? rec.call('Transpose', { x: result }, { perm: TO_NCHW }) : result;
    },
  };
}

/** Explicit paddings name every axis. */
function turnedPad(pad: ConvolutionAttributes['pad']): ConvolutionAttributes['pad'] {
  return Array.isArray(pad) ? TO_NHWC.map((axis) => pad[axis]!) : pad;
}

const convolutions: KernelTable = {
  Conv2D: kernel<ConvolutionAttributes, Geometry>(
    ({ inputs: { x, filter }, attrs }) => {
      const g = geometry(x!.shape, filter!.shape, attrs);
      return g && { inputs: [x!, filter!], attrs: g, outputs: [{ shape: [g.batch, g.outHeight, g.outWidth, g.outChannels], dtype: 'float32' }] };
    },
    ({ inputs: [x, filter], attrs }, to) => convolution(to, x!, filter!, attrs),
  ),
  Conv2DBackpropFilter: kernel<ConvolutionAttributes, Geometry>(
    ({ inputs: { x, dy }, attrs }) => {
      const g = geometry(x!.shape, attrs.filterShape!, attrs);
      return g && { inputs: [x!, dy!], attrs: g, outputs: [{ shape: attrs.filterShape!, dtype: 'float32' }] };
    },
    ({ inputs: [x, dy], attrs }, to) => filterGradient(to, x!, dy!, attrs),
  ),
  Conv2DBackpropInput: kernel<ConvolutionAttributes, Geometry>(
    ({ inputs: { dy, filter }, attrs, rec }) => {
      const g = geometry(attrs.inputShape!, filter!.shape, attrs);
      return g && { inputs: [gradientPart(rec, dy!, g), filter!], attrs: g, outputs: [{ shape: attrs.inputShape!, dtype: 'float32' }] };
    },
    ({ inputs: [dy, filter], attrs }, to) => inputGradient(to, dy!, filter!, attrs),
  ),
  DepthwiseConv2dNative: kernel<ConvolutionAttributes, Geometry>(
    ({ inputs: { x, filter }, attrs }) => {
      const g = geometry(x!.shape, filter!.shape, attrs, true);
      return g && { inputs: [x!, filter!], attrs: g, outputs: [{ shape: [g.batch, g.outHeight, g.outWidth, g.outChannels], dtype: 'float32' }] };
    },
    ({ inputs: [x, filter], attrs }, to) => depthwiseConvolution(to, x!, filter!, attrs),
  ),
  DepthwiseConv2dNativeBackpropFilter: kernel<ConvolutionAttributes, Geometry>(
    ({ inputs: { x, dy }, attrs }) => {
      const g = geometry(x!.shape, attrs.filterShape!, attrs, true);
      return g && { inputs: [x!, dy!], attrs: g, outputs: [{ shape: attrs.filterShape!, dtype: 'float32' }] };
    },
    ({ inputs: [x, dy], attrs }, to) => depthwiseFilterGradient(to, x!, dy!, attrs),
  ),
  DepthwiseConv2dNativeBackpropInput: kernel<ConvolutionAttributes, Geometry>(
    ({ inputs: { dy, filter }, attrs }) => {
      const g = geometry(attrs.inputShape!, filter!.shape, attrs, true);
      return g && { inputs: [dy!, filter!], attrs: g, outputs: [{ shape: attrs.inputShape!, dtype: 'float32' }] };
    },
    ({ inputs: [dy, filter], attrs }, to) => depthwiseInputGradient(to, dy!, filter!, attrs),
  ),
};

export const convolutionKernels: KernelTable = {
  ...inFloat32({
    ...convolutions,
    Conv2D: inNhwc('Conv2D', convolutions['Conv2D']!, ['x'], true),
    Conv2DBackpropFilter: inNhwc('Conv2DBackpropFilter', convolutions['Conv2DBackpropFilter']!, ['x', 'dy'], false),
    Conv2DBackpropInput: inNhwc('Conv2DBackpropInput', convolutions['Conv2DBackpropInput']!, ['dy'], true),
  }, ['Conv2D', 'DepthwiseConv2dNative']),
  FusedDepthwiseConv2D: composite<FusedAttributes>(({ inputs, attrs, rec }) =>
    finishFused(rec, rec.call('DepthwiseConv2dNative', { x: inputs['x']!, filter: inputs['filter']! }, attrs), inputs, attrs)),
  FusedConv2D: composite<FusedAttributes>(({ inputs, attrs, rec }) => {
    const { bias, preluActivationWeights } = inputs;
    // A vector is one number per channel, also where the channels are not the last axis.
    const perChannel = (value: Value): Value => (attrs.dataFormat === 'NCHW' && value.shape.length === 1 ? rec.view(value, [...value.shape, 1, 1]) : value);
    const operands = { ...(bias && { bias: perChannel(bias) }), ...(preluActivationWeights && { preluActivationWeights: perChannel(preluActivationWeights) }) };
    return finishFused(rec, rec.call('Conv2D', { x: inputs['x']!, filter: inputs['filter']! }, attrs), operands, attrs);
  }),
};
