import { type GradientTable, gradient, kernel } from './gradient.ts';

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: unknown;
  readonly dataFormat?: string;
  readonly dimRoundingMode?: unknown;
  readonly dilations?: number | number[];
}

/** The three maps between image, filter and result: each is linear in its two operands, so that they are one another's gradients. */
interface Maps {
  readonly forward: string;
  readonly toInput: string;
  readonly toFilter: string;
}

function shared({ strides, pad, dataFormat, dimRoundingMode, dilations }: ConvAttributes, extra: object = {}): Record<string, unknown> {
  return { strides, pad, dimRoundingMode, ...(dataFormat !== undefined && { dataFormat }), ...(dilations !== undefined && { dilations }), ...extra };
}

/** TensorFlow.js's kernels for the gradients of a dense convolution know no dilation: they would compute something else. */
function refuseDilation({ dilations }: ConvAttributes): void {
  if (dilations !== undefined && [dilations].flat().some((d) => d !== 1)) throw new Error(`gradient of Conv2D: dilations must be 1, got ${String(dilations)}`);
}

function mapsGradients({ forward, toInput, toFilter }: Maps, check: (attributes: ConvAttributes) => void): GradientTable {
  /** Gradients see these attributes; the kernels for gradients of a dense convolution take no dilations. */
  const attributesOf = (attributes: ConvAttributes, extra?: object): Record<string, unknown> => {
    check(attributes);
    return shared(forward === 'Conv2D' ? { ...attributes, dilations: 1 } : attributes, extra);
  };
  return {
    [forward]: gradient<ConvAttributes>(['x', 'filter'], (dy, { x, filter }, attributes) => ({
      x: () => kernel(toInput, { dy, filter: filter! }, attributesOf(attributes, { inputShape: x!.shape })),
      filter: () => kernel(toFilter, { x: x!, dy }, attributesOf(attributes, { filterShape: filter!.shape })),
    })),
    [toInput]: gradient<ConvAttributes>(['dy', 'filter'], (dx, { dy, filter }, attributes) => ({
      dy: () => kernel(forward, { x: dx, filter: filter! }, attributesOf(attributes)),
      filter: () => kernel(toFilter, { x: dx, dy: dy! }, attributesOf(attributes, { filterShape: filter!.shape })),
    })),
    [toFilter]: gradient<ConvAttributes>(['x', 'dy'], (dFilter, { x, dy }, attributes) => ({
      x: () => kernel(toInput, { dy: dy!, filter: dFilter }, attributesOf(attributes, { inputShape: x!.shape })),
      dy: () => kernel(forward, { x: x!, filter: dFilter }, attributesOf(attributes)),
    })),
  };
}

/** Convolutions of images, and the kernels of their gradients. */
export const convolutionGradients: GradientTable = {
  ...mapsGradients({ forward: 'Conv2D', toInput: 'Conv2DBackpropInput', toFilter: 'Conv2DBackpropFilter' }, refuseDilation),
  ...mapsGradients({ forward: 'DepthwiseConv2dNative', toInput: 'DepthwiseConv2dNativeBackpropInput', toFilter: 'DepthwiseConv2dNativeBackpropFilter' }, () => {}),
};

