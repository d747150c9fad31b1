/**
 * Batch and instance normalisation with the statistics of the batch at hand, and its gradient. Statistics are means along
 * contiguous pixels first and over the images second; plain autodiff of a norm made of primitives costs twice as much.
 */
import { elements, type Value } from '../graph/value.ts';
import { blockedAffine } from './blocked.ts';
import { formOf, inLayout, type Layout } from './layout.ts';
import { float, type Form, type Lowering, reduce, reshape } from './lowering.ts';

/** 'batch' normalises a channel over all images, 'instance' each image by itself. */
export type NormKind = 'batch' | 'instance';

/** The images in a layout: [N, HW, C]; pixels being contiguous in NCHW: [N, C, HW]; or in blocks of channels: [N, C/B, HW, B]. */
interface Arrangement {
  readonly layout: Layout;
  readonly shape: readonly number[];
  /** The axis of `shape` that holds the pixels. */
  readonly pixels: 1 | 2;
  /** The shape of one number per channel. */
  readonly perChannel: readonly number[];
  /** The shape of the statistics. */
  readonly statistics: readonly number[];
}

function arrange(to: Lowering, x: Value, kind: NormKind): Arrangement {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const batch = kind === 'batch' ? 1 : n;
  const block = to.options.channelBlock;
  if (to.hasBlocked(x)) return { layout: 'blocked', shape: [n, c / block, h * w, block], pixels: 2, perChannel: [c / block, 1, block], statistics: [batch, c / block, 1, block] };
  return to.hasChannelsFirst(x)
    ? { layout: 'channelsFirst', shape: [n, c, h * w], pixels: 2, perChannel: [c, 1], statistics: [batch, c, 1] }
    : { layout: 'plain', shape: [n, h * w, c], pixels: 1, perChannel: [c], statistics: [batch, 1, c] };
}

function statistic(to: Lowering, op: 'ReduceMean' | 'ReduceSum', name: string, a: Arrangement, kind: NormKind): string {
  const perImage = reduce(to, op, name, [a.pixels], true);
  return kind === 'batch' ? reduce(to, op, perImage, [0], true) : perImage;
}

const op = (to: Lowering, name: string, ...inputs: string[]): string => to.onnx.op(name, inputs);

/** With given statistics: operands x, gamma, beta, mean, variance. ONNX has an operator for NCHW. */
export function batchNorm(to: Lowering, inputs: readonly Value[], epsilon: number): Form {
  const [x, ...vectors] = inputs as readonly [Value, Value, Value, Value, Value];
  const [gamma, beta, mean, variance] = vectors.map((vector) => to.plain(vector)) as [string, string, string, string];
  if (to.hasChannelsFirst(x)) return { channelsFirst: to.onnx.op('BatchNormalization', [to.channelsFirst(x), gamma, beta, mean, variance], { epsilon: { float: epsilon } }) };
  const scale = op(to, 'Div', gamma, op(to, 'Sqrt', op(to, 'Add', variance, float(to, epsilon))));
  if (to.onlyBlocked(x)) return { blocked: blockedAffine(to, to.blocked(x), scale, op(to, 'Sub', beta, op(to, 'Mul', mean, scale)), x.shape[3]!) };
  return op(to, 'Add', op(to, 'Mul', op(to, 'Sub', to.plain(x), mean), scale), beta);
}

/** Operands x, gamma, beta, epsilon; results y, mean, variance (biased). */
export function normTrain(to: Lowering, inputs: readonly Value[], kind: NormKind): readonly Form[] {
  const [x, gamma, beta, epsilon] = inputs as readonly [Value, Value, Value, Value];
  const a = arrange(to, x, kind);
  const images = reshape(to, inLayout(to, x, a.layout), a.shape);
  const mean = statistic(to, 'ReduceMean', images, a, kind);
  const centred = a.layout === 'blocked' ? affine(to, images, filled(to, 1, a), op(to, 'Neg', mean), a) : op(to, 'Sub', images, mean);
  const variance = statistic(to, 'ReduceMean', op(to, 'Mul', centred, centred), a, kind);
  const scale = op(to, 'Mul', inverseDeviation(to, variance, epsilon), reshape(to, to.plain(gamma), a.perChannel));
  const shift = reshape(to, to.plain(beta), a.perChannel);
  const [n, , , c] = x.shape as [number, number, number, number];
  const shape = kind === 'batch' ? [c] : [n, 1, 1, c];
  const y = exportedInstanceNorm(to, inputs, kind) ?? restored(to, affine(to, centred, scale, shift, a), x, a);
  return [y, reshape(to, mean, shape), reshape(to, variance, shape)];
}

/** In a file, ONNX's own operator; a step that is run gets its statistics from what it computes for the gradient anyway. */
function exportedInstanceNorm(to: Lowering, [x, gamma, beta, epsilon]: readonly Value[], kind: NormKind): Form | null {
  if (to.options.specialise || kind === 'batch' || !epsilon!.data) return null;
  const inputs = [to.channelsFirst(x!), to.plain(gamma!), to.plain(beta!)];
  return { channelsFirst: to.onnx.op('InstanceNormalization', inputs, { epsilon: { float: epsilon!.data[0] as number } }) };
}

/**
 * Operands dy, x, gamma, mean, variance, epsilon; results dx, dgamma, dbeta. With x̂ = (x − mean)·r and M elements per statistic:
 * dx = γ·r·(dy − Σdy/M − x̂·Σ(dy·x̂)/M), written as one affine function of dy and x.
 */
export function normTrainGradient(to: Lowering, inputs: readonly Value[], kind: NormKind): readonly Form[] {
  const [dy, x, gamma, meanValue, variance, epsilon] = inputs as readonly [Value, Value, Value, Value, Value, Value];
  const a = arrange(to, to.hasBlocked(x) || !to.hasChannelsFirst(dy) ? x : dy, kind);
  const images = (value: Value): string => reshape(to, inLayout(to, value, a.layout), a.shape);
  const dyImages = images(dy);
  const xImages = images(x);
  const mean = reshape(to, to.plain(meanValue), a.statistics);
  const r = inverseDeviation(to, reshape(to, to.plain(variance), a.statistics), epsilon);
  const sumDy = statistic(to, 'ReduceSum', dyImages, a, kind);
  const sumDyX = statistic(to, 'ReduceSum', op(to, 'Mul', dyImages, xImages), a, kind);
  const sumDyHat = op(to, 'Mul', op(to, 'Sub', sumDyX, op(to, 'Mul', mean, sumDy)), r);
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const share = float(to, 1 / (h * w * (kind === 'batch' ? n : 1)));
  const scale = op(to, 'Mul', r, reshape(to, to.plain(gamma), a.perChannel));
  const slope = op(to, 'Mul', op(to, 'Mul', scale, r), op(to, 'Mul', sumDyHat, share));
  const shift = op(to, 'Sub', op(to, 'Mul', mean, slope), op(to, 'Mul', scale, op(to, 'Mul', sumDy, share)));
  const dx = a.layout === 'blocked'
    ? affine(to, xImages, op(to, 'Neg', slope), shift, a, affine(to, dyImages, scale, filled(to, 0, a), a))
    : op(to, 'Sub', affine(to, dyImages, scale, shift, a), op(to, 'Mul', xImages, slope));
  const perChannel = (name: string): string => (kind === 'batch' ? reshape(to, name, [c]) : reduce(to, 'ReduceSum', reshape(to, name, [n, c]), [0]));
  return [restored(to, dx, x, a), perChannel(sumDyHat), perChannel(sumDy)];
}

/**
 * x·scale + shift, in one pass: of contiguous pixels BatchNormalization with mean 0 and variance 1, of blocks a convolution. `plus` is added,
 * of blocks only. The numbers are per channel, or per image and channel.
 */
function affine(to: Lowering, x: string, scale: string, shift: string, a: Arrangement, plus?: string): string {
  if (a.layout === 'plain' || !to.options.specialise) return op(to, 'Add', op(to, 'Mul', x, scale), shift);
  const channels = elements(a.perChannel) * a.statistics[0]!;
  const vector = (name: string): string => reshape(to, to.onnx.op('Expand', [name, to.onnx.ints(a.statistics)]), [channels]);
  const pixels = a.shape[2]!;
  const images = [elements(a.shape) / channels / pixels, channels, pixels];
  if (a.layout === 'blocked') {
    const view = (name: string): string => reshape(to, name, [...images, 1]);
    return reshape(to, blockedAffine(to, view(x), vector(scale), vector(shift), channels, plus && view(plus)), a.shape);
  }
  const constant = (value: number): string => to.onnx.op('Expand', [float(to, value), to.onnx.ints([channels])]);
  const inputs = [reshape(to, x, images), vector(scale), vector(shift), constant(0), constant(1)];
  return reshape(to, to.onnx.op('BatchNormalization', inputs, { epsilon: { float: 0 } }), a.shape);
}

/** A number for every statistic. */
function filled(to: Lowering, value: number, a: Arrangement): string {
  return to.onnx.op('Expand', [float(to, value), to.onnx.ints(a.statistics)]);
}

function inverseDeviation(to: Lowering, variance: string, epsilon: Value): string {
  return op(to, 'Reciprocal', op(to, 'Sqrt', op(to, 'Add', variance, to.plain(epsilon))));
}

function restored(to: Lowering, name: string, x: Value, a: Arrangement): Form {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  return formOf(reshape(to, name, a.layout === 'plain' ? x.shape : [n, c, h, w]), a.layout);
}
