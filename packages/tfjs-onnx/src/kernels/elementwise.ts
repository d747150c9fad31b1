import { backend_util, type DataType } from '@tensorflow/tfjs-core';
import { type GraphNode, sameShape, type Value } from '../graph/value.ts';
import { convolution } from '../lower/convolution.ts';
import { cast, float, type Form, type Lowering, reshape, transpose } from '../lower/lowering.ts';
import type { Geometry } from './geometry.ts';
import { isNumeric, type Kernel, kernel, type KernelTable, listOf, type NodeSpec } from './kernel.ts';

/** Names of operands in a common layout to the name of the result. */
type Emit = (to: Lowering, names: readonly string[]) => string;

/** The type an operator computes in: its operands are cast to it. 'same' is the type of the operands, with bool as int32. */
type Compute = 'float32' | 'same' | 'bool';

/** Emits an elementwise operator in NCHW where an operand exists only so, else in the shapes as they are. */
function elementwise(emit: (to: Lowering, names: readonly string[], node: GraphNode) => string, compute: Compute): Kernel['lower'] {
  return (node, to) => {
    const channelsFirst = node.outputs[0]!.shape.length === 4 && node.inputs.some((value) => to.onlyChannelsFirst(value));
    const type = compute === 'same' ? sameType(node.inputs) : compute;
    const names = node.inputs.map((value) => cast(to, channelsFirst ? broadcastChannelsFirst(to, value) : to.plain(value), value.dtype, type));
    const name = emit(to, names, node);
    return channelsFirst ? { channelsFirst: name } : name;
  };
}

function sameType(inputs: readonly Value[]): DataType {
  return inputs.some((value) => value.dtype === 'float32') ? 'float32' : 'int32';
}

/** An operand that broadcasts against NHWC, arranged to broadcast against NCHW. */
function broadcastChannelsFirst(to: Lowering, value: Value): string {
  const { shape } = value;
  if (shape.length === 4) return to.channelsFirst(value);
  const name = to.plain(value);
  if (shape.length === 0) return name;
  if (shape.length === 1) return shape[0] === 1 ? name : reshape(to, name, [shape[0]!, 1, 1]);
  if (shape.length === 3) return transpose(to, name, [2, 0, 1]);
  return reshape(to, transpose(to, name, [1, 0]), [shape[1]!, 1, shape[0]!]);
}

/** How a row's results relate to its operands. */
interface Rule {
  /** Type that the operator computes in. @default 'float32' */
  readonly compute?: Compute;
  /** Type of the result. @default the first operand's */
  readonly result?: DataType;
}

/** Makes the result's type right when the operator computed in another one. */
function finish(emit: Emit, rule: Rule): Parameters<typeof elementwise>[0] {
  return (to, names, node) => {
    const compute = rule.compute ?? 'float32';
    const made = rule.result === 'bool' ? 'bool' : compute === 'same' ? sameType(node.inputs) : compute;
    return convert(to, emit(to, names), made, node.outputs[0]!.dtype);
  };
}

/** A cast by JavaScript's rule: what is not a number of 32 bits becomes the integer 0 (in C, the smallest integer). */
function convert(to: Lowering, name: string, from: string, dtype: DataType): string {
  if (from !== 'float32' || dtype !== 'int32') return cast(to, name, from, dtype);
  const fits = to.onnx.op('Less', [to.onnx.op('Abs', [name]), float(to, 2 ** 31)]);
  return cast(to, to.onnx.op('Where', [fits, name, float(to, 0)]), from, dtype);
}

/** A row over one operand `x`; `scalars` names attributes that become operands. */
function unary(emit: Emit, rule: Rule = {}, scalars: readonly (readonly [name: string, fallback: number])[] = []): Kernel {
  return kernel<Record<string, number | undefined>, object>(
    ({ inputs: { x }, attrs, rec }) => ({
      inputs: [x!, ...scalars.map(([name, fallback]) => rec.scalar(attrs[name] ?? fallback, 'float32'))],
      outputs: [{ shape: x!.shape, dtype: rule.result ?? x!.dtype }],
    }),
    elementwise(finish(emit, rule), rule.compute ?? 'float32') as never,
  );
}

function binary(emit: Emit, rule: Rule = {}): Kernel {
  return kernel<object, object>(
    ({ inputs: { a, b } }) => broadcasting([a!, b!], rule.result ?? a!.dtype),
    elementwise(finish(emit, { compute: 'same', ...rule }), rule.compute ?? 'same') as never,
  );
}

function broadcasting(inputs: readonly [Value, Value], dtype: DataType): NodeSpec<object> | null {
  const shape = backend_util.assertAndGetBroadcastShape([...inputs[0].shape], [...inputs[1].shape]);
  return { inputs, outputs: [{ shape, dtype }] };
}

/** One ONNX operator of that name. */
function op(name: string, attrs: Record<string, number | { float: number }> = {}): Emit {
  return (to, names) => to.onnx.op(name, names, attrs);
}

const not = (to: Lowering, name: string): string => to.onnx.op('Not', [name]);
const isNaN = (to: Lowering, name: string): string => to.onnx.op('IsNaN', [name]);
const where = (to: Lowering, condition: string, yes: string, no: string): string => to.onnx.op('Where', [condition, yes, no]);
const compute = (to: Lowering, name: string, ...names: string[]): string => to.onnx.op(name, names);

/** (1 − cos)-like cancellation near zero is avoided by Kahan's formula: log(u)·x/(u − 1) with u = 1 + x. */
const log1p: Emit = (to, [x]) => {
  const one = float(to, 1);
  const u = compute(to, 'Add', x!, one);
  const exact = compute(to, 'Div', compute(to, 'Mul', compute(to, 'Log', u), x!), compute(to, 'Sub', u, one));
  const tiny = compute(to, 'Equal', u, one);
  const small = compute(to, 'Less', compute(to, 'Abs', x!), float(to, 1));
  return where(to, tiny, x!, where(to, small, exact, compute(to, 'Log', u)));
};

/** Kahan's formula: (u − 1)·x/log(u) with u = exp(x), near zero. */
const expm1: Emit = (to, [x]) => {
  const one = float(to, 1);
  const u = compute(to, 'Exp', x!);
  const less = compute(to, 'Sub', u, one);
  const exact = compute(to, 'Div', compute(to, 'Mul', less, x!), compute(to, 'Log', u));
  const small = compute(to, 'Less', compute(to, 'Abs', x!), float(to, 0.5));
  return where(to, compute(to, 'Equal', u, one), x!, where(to, small, exact, less));
};

/** Remainder with the sign of the divisor. */
const modulo: Emit = (to, [a, b]) => {
  const rest = to.onnx.op('Mod', [a!, b!], { fmod: 1 });
  const shifted = to.onnx.op('Mod', [compute(to, 'Add', rest, b!), b!], { fmod: 1 });
  const zero = float(to, 0);
  const differ = compute(to, 'Xor', compute(to, 'Less', a!, zero), compute(to, 'Less', b!, zero));
  return where(to, differ, shifted, rest);
};

/** The angle of (x, y), with the signs of zeros and the quadrants of infinities. */
const atan2: Emit = (to, [y, x]) => {
  const zero = float(to, 0);
  const negative = (name: string): string => compute(to, 'Or', compute(to, 'Less', name, zero), compute(to, 'Less', compute(to, 'Reciprocal', name), zero));
  const both = (test: (name: string) => string): string => compute(to, 'And', test(x!), test(y!));
  const quotient = compute(to, 'Div', compute(to, 'Abs', y!), compute(to, 'Abs', x!));
  const noZeros = where(to, both((name) => compute(to, 'Equal', name, zero)), zero, quotient);
  const ratio = where(to, both((name) => compute(to, 'IsInf', name)), float(to, 1), noZeros);
  const acute = compute(to, 'Atan', ratio);
  const angle = where(to, negative(x!), compute(to, 'Sub', float(to, Math.PI), acute), acute);
  return where(to, negative(y!), compute(to, 'Neg', angle), angle);
};

const floorDivide: Emit = (to, names) => compute(to, 'Floor', compute(to, 'Div', ...names));

/** x > 0 → 1, else alpha; NaN stays. */
const step: Emit = (to, [x, alpha]) => {
  const value = where(to, compute(to, 'Greater', x!, float(to, 0)), float(to, 1), alpha!);
  return where(to, isNaN(to, x!), x!, value);
};

const sign: Emit = (to, [x]) => {
  const zero = float(to, 0);
  const positive = to.onnx.op('Cast', [compute(to, 'Greater', x!, zero)], { to: 1 });
  return compute(to, 'Sub', positive, to.onnx.op('Cast', [compute(to, 'Less', x!, zero)], { to: 1 }));
};

const clip: Emit = (to, [x, low, high]) =>
  where(to, compute(to, 'Greater', x!, high!), high!, where(to, compute(to, 'Less', x!, low!), low!, x!));

const square: Emit = (to, [x]) => compute(to, 'Mul', x!, x!);

/** dy · step(x) is the gradient of relu: one comparison and one product, without the NaN rule of step. */
const multiply: Kernel = (() => {
  const plain = binary(op('Mul'));
  return {
    record: plain.record,
    lower: (node, to) => {
      for (const side of [0, 1] as const) {
        const mask = node.inputs[side]!;
        const other = node.inputs[1 - side]!;
        const zeroSlope = mask.node?.kernel === 'Step' && mask.node.attrs['zero'] === true && other.dtype === 'float32';
        if (zeroSlope && other.shape.length === node.outputs[0]!.shape.length) return reluGradient(to, mask.node!.inputs[0]!, other);
      }
      return plain.lower(node, to);
    },
  };
})();

function reluGradient(to: Lowering, x: Value, dy: Value): Form {
  const channelsFirst = x.shape.length === 4 && dy.shape.length === 4 && (to.onlyChannelsFirst(x) || to.onlyChannelsFirst(dy));
  const name = (value: Value): string => (channelsFirst ? to.channelsFirst(value) : to.plain(value));
  // max(0, min(1, 3e38·x)): 1 for every positive normal number, in one pass instead of a comparison and a cast.
  const mask = to.onnx.op('HardSigmoid', [name(x)], { alpha: { float: 3e38 }, beta: { float: 0 } });
  const product = compute(to, 'Mul', name(dy), mask);
  return channelsFirst ? { channelsFirst: product } : product;
}

/** A bias that is added to nothing but a convolution becomes part of it. */
const add: Kernel = (() => {
  const plain = binary(op('Add'));
  return {
    record: plain.record,
    lower: (node, to) => {
      const [sum, bias] = node.inputs as readonly [Value, Value];
      const conv = sum.node;
      const isBias = conv?.kernel === 'Conv2D' && sum.uses === 1 && sum.references === 0 && bias.shape.length === 1 && bias.shape[0] === sum.shape[3];
      if (!isBias) return plain.lower(node, to);
      return convolution(to, conv.inputs[0]!, conv.inputs[1]!, conv.attrs as unknown as Geometry, bias);
    },
  };
})();

const stepKernel: Kernel = kernel<{ alpha?: number }, { zero: boolean }>(
  ({ inputs: { x }, attrs: { alpha }, rec }) => ({
    inputs: [x!, rec.scalar(alpha ?? 0, 'float32')],
    attrs: { zero: (alpha ?? 0) === 0 },
    outputs: [{ shape: x!.shape, dtype: x!.dtype }],
  }),
  elementwise(finish(step, {}), 'float32'),
);

const select: Kernel = kernel<object, object>(
  ({ inputs: { condition, t, e } }) => (sameShape(condition!.shape, t!.shape) && isNumeric(t!)
    ? { inputs: [condition!, t!, e!], outputs: [{ shape: t!.shape, dtype: t!.dtype }] }
    : null),
  (node, to) => {
    const [condition, t, e] = node.inputs as readonly [Value, Value, Value];
    const channelsFirst = t.shape.length === 4 && node.inputs.some((value) => to.onlyChannelsFirst(value));
    const name = (value: Value): string => (channelsFirst ? to.channelsFirst(value) : to.plain(value));
    const type = t.dtype === 'bool' ? 'int32' : t.dtype;
    const mask = cast(to, name(condition), condition.dtype, 'bool');
    const result = cast(to, where(to, mask, cast(to, name(t), t.dtype, type), cast(to, name(e), e.dtype, type)), type, t.dtype);
    return channelsFirst ? { channelsFirst: result } : result;
  },
);

const addAll: Kernel = kernel<object, object>(
  ({ inputs }) => {
    const values = listOf(inputs);
    return { inputs: values, outputs: [{ shape: values[0]!.shape, dtype: values[0]!.dtype }] };
  },
  elementwise(finish((to, names) => names.reduce((sum, name) => compute(to, 'Add', sum, name)), { compute: 'same' }), 'same') as never,
);

const castKernel: Kernel = kernel<{ dtype: DataType }, { dtype: DataType }>(
  ({ inputs: { x }, attrs: { dtype } }) => {
    if (x!.dtype === dtype) return x!;
    return isNumeric({ shape: [], dtype }) ? { inputs: [x!], attrs: { dtype }, outputs: [{ shape: x!.shape, dtype }] } : null;
  },
  (node, to) => {
    const [x] = node.inputs as readonly [Value];
    const channelsFirst = x.shape.length === 4 && to.onlyChannelsFirst(x);
    const name = channelsFirst ? to.channelsFirst(x) : to.plain(x);
    const result = convert(to, name, x.dtype, node.attrs.dtype);
    return channelsFirst ? { channelsFirst: result } : result;
  },
);

const comparison = (emit: Emit): Kernel => binary(emit, { result: 'bool' });
const logical = (name: string): Kernel => binary(op(name), { compute: 'bool', result: 'bool' });
const toFloat: Rule = { result: 'float32' };
const inPlaceType: Rule = { compute: 'same' };
const test: Rule = { result: 'bool' };

export const elementwiseKernels: KernelTable = {
  Abs: unary(op('Abs'), inPlaceType),
  Acos: unary(op('Acos')),
  Acosh: unary(op('Acosh')),
  Add: add,
  AddN: addAll,
  Asin: unary(op('Asin')),
  Asinh: unary(op('Asinh')),
  Atan: unary(op('Atan')),
  Atan2: binary(atan2, { compute: 'float32' }),
  Atanh: unary(op('Atanh')),
  Cast: castKernel,
  Ceil: unary(op('Ceil')),
  ClipByValue: unary(clip, {}, [['clipValueMin', Number.NEGATIVE_INFINITY], ['clipValueMax', Number.POSITIVE_INFINITY]]),
  Cos: unary(op('Cos')),
  Cosh: unary(op('Cosh')),
  Elu: unary((to, [x]) => where(to, compute(to, 'GreaterOrEqual', x!, float(to, 0)), x!, expm1(to, [x!]))),
  EluGrad: kernel<object, object>(
    ({ inputs: { dy, y } }) => ({ inputs: [dy!, y!], outputs: [{ shape: y!.shape, dtype: 'float32' }] }),
    elementwise((to, [dy, y]) => where(to, compute(to, 'GreaterOrEqual', y!, float(to, 0)), dy!, compute(to, 'Mul', dy!, compute(to, 'Add', y!, float(to, 1)))), 'float32') as never,
  ),
  Equal: comparison(op('Equal')),
  Erf: unary(op('Erf')),
  Exp: unary(op('Exp'), toFloat),
  Expm1: unary(expm1),
  Floor: unary(op('Floor')),
  FloorDiv: binary(floorDivide, { compute: 'float32', result: 'int32' }),
  Greater: comparison(op('Greater')),
  GreaterEqual: comparison(op('GreaterOrEqual')),
  IsFinite: unary((to, [x]) => not(to, compute(to, 'Or', isNaN(to, x!), compute(to, 'IsInf', x!))), test),
  IsInf: unary(op('IsInf'), test),
  IsNan: unary(op('IsNaN'), test),
  LeakyRelu: unary((to, [x, alpha]) => where(to, compute(to, 'Less', x!, float(to, 0)), compute(to, 'Mul', x!, alpha!), x!), toFloat, [['alpha', 0.2]]),
  Less: comparison(op('Less')),
  LessEqual: comparison(op('LessOrEqual')),
  Log: unary(op('Log')),
  Log1p: unary(log1p),
  LogicalAnd: logical('And'),
  LogicalNot: unary((to, [x]) => not(to, x!), { compute: 'bool', result: 'bool' }),
  LogicalOr: logical('Or'),
  Maximum: binary(op('Max')),
  Minimum: binary(op('Min')),
  Mod: binary(modulo, { compute: 'float32' }),
  Multiply: multiply,
  Neg: unary(op('Neg'), inPlaceType),
  NotEqual: comparison((to, names) => not(to, compute(to, 'Equal', ...names))),
  Pow: binary(op('Pow')),
  Prelu: kernel<object, object>(
    ({ inputs: { x, alpha } }) => broadcasting([x!, alpha!], 'float32'),
    elementwise((to, [x, alpha]) => where(to, compute(to, 'Less', x!, float(to, 0)), compute(to, 'Mul', x!, alpha!), x!), 'float32') as never,
  ),
  RealDiv: binary(op('Div'), { compute: 'float32' }),
  Reciprocal: unary(op('Reciprocal')),
  Relu: unary(op('Relu'), inPlaceType),
  Relu6: unary((to, [x]) => clip(to, [x!, float(to, 0), float(to, 6)])),
  Round: unary(op('Round')),
  Rsqrt: unary((to, [x]) => compute(to, 'Reciprocal', compute(to, 'Sqrt', x!))),
  Select: select,
  Selu: unary(op('Selu', { alpha: { float: 1.6732632423543772 }, gamma: { float: 1.0507009873554805 } })),
  Sigmoid: unary(op('Sigmoid')),
  Sign: unary(sign),
  Sin: unary(op('Sin')),
  Sinh: unary(op('Sinh')),
  Softplus: unary(op('Softplus')),
  Sqrt: unary(op('Sqrt')),
  Square: unary(square, inPlaceType),
  SquaredDifference: binary((to, names) => square(to, [compute(to, 'Sub', ...names)])),
  Step: stepKernel,
  Sub: binary(op('Sub')),
  Tan: unary(op('Tan')),
  Tanh: unary(op('Tanh')),
};
