/** Normalisation by the channels around each (Krizhevsky et al. 2012): y = x·norm^−beta, norm = bias + alpha·(sum of x² over 2·radius + 1 channels). */
import { elements, type Value } from '../graph/value.ts';
import { float, type Form, type Lowering, reshape } from './lowering.ts';

export interface LocalResponse {
  readonly radius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

export function localResponse(to: Lowering, x: Value, { radius, bias, alpha, beta }: LocalResponse): Form {
  const size = 2 * radius + 1;
  // ONNX divides alpha by the number of channels.
  return { channelsFirst: to.onnx.op('LRN', [to.channelsFirst(x)], { size, bias: { float: bias }, alpha: { float: alpha * size }, beta: { float: beta } }) };
}

/** dx = dy·norm^−beta − 2·alpha·beta·x·(sum of dy·y/norm over the same channels). */
export function localResponseGradient(to: Lowering, [x, y, dy]: readonly [Value, Value, Value], { radius, bias, alpha, beta }: LocalResponse): string {
  const op = (name: string, ...operands: string[]): string => to.onnx.op(name, operands);
  const [image, response, slope] = [to.plain(x), to.plain(y), to.plain(dy)];
  const norm = op('Add', op('Mul', windowSum(to, op('Mul', image, image), x.shape, radius), float(to, alpha)), float(to, bias));
  const own = op('Mul', slope, op('Pow', norm, float(to, -beta)));
  const others = windowSum(to, op('Div', op('Mul', slope, response), norm), x.shape, radius);
  return op('Sub', own, op('Mul', op('Mul', image, others), float(to, 2 * alpha * beta)));
}

/** The sum over the channels within `radius` of each. */
function windowSum(to: Lowering, name: string, shape: readonly number[], radius: number): string {
  const channels = shape.at(-1)!;
  const size = 2 * radius + 1;
  const mean = to.onnx.op('AveragePool', [reshape(to, name, [elements(shape) / channels, 1, channels])], { kernel_shape: [size], pads: [radius, radius], count_include_pad: 1 });
  return reshape(to, to.onnx.op('Mul', [mean, float(to, size)]), shape);
}
