import { backend_util, type DataType } from '@tensorflow/tfjs-core';
import { sameShape, type Value } from '../graph/value.ts';
import { convolution } from '../lower/convolution.ts';
import { convert, elementwise, type Emit, type Rule } from '../lower/elementwise.ts';
import { atan2, compute, expm1, floorDivide, log1p, modulo, not, op, sign, square, step, where } from '../lower/formulas.ts';
import { elementwiseLayout, formOf, inLayout } from '../lower/layout.ts';
import { cast, float, type Form, type Lowering } from '../lower/lowering.ts';
import type { Geometry } from './geometry.ts';
import { isNumeric, type Kernel, kernel, type KernelTable, listOf, type NodeSpec } from './kernel.ts';

/** A row over one operand `x`; `scalars` names attributes that become operands. */
function unary(emit: Emit, rule: Rule = {}, scalars: readonly (readonly [name: string, fallback: number])[] = []): Kernel {
  return kernel<Record<string, number | undefined>, object>(
    ({ inputs: { x }, attrs, rec }) => ({
      inputs: [x!, ...scalars.map(([name, fallback]) => rec.scalar(attrs[name] ?? fallback, 'float32'))],
      outputs: [{ shape: x!.shape, dtype: rule.result ?? x!.dtype }],
    }),
    elementwise(emit, rule),
  );
}

function binary(emit: Emit, rule: Rule = {}): Kernel {
  return kernel<object, object>(
    ({ inputs: { a, b } }) => broadcasting([a!, b!], rule.result ?? a!.dtype),
    elementwise(emit, { compute: 'same', ...rule }),
  );
}

function broadcasting(inputs: readonly [Value, Value], dtype: DataType): NodeSpec<object> | null {
  const shape = backend_util.assertAndGetBroadcastShape([...inputs[0].shape], [...inputs[1].shape]);
  return { inputs, outputs: [{ shape, dtype }] };
}

/** dy · step(x) is the gradient of relu: a mask and a product, without the NaN rule of step. */
const multiply: Kernel = (() => {
  const plain = binary(op('Mul'));
  return {
    record: plain.record,
    lower: (node, to) => {
      for (const side of [0, 1] as const) {
        const mask = node.inputs[side]!;
        const other = node.inputs[1 - side]!;
        const zeroSlope = mask.node?.kernel === 'Step' && mask.node.attrs['zero'] === true && mask.dtype === 'float32' && other.dtype === 'float32';
        if (zeroSlope && other.shape.length === node.outputs[0]!.shape.length) return reluGradient(to, mask.node!.inputs[0]!, other);
      }
      return plain.lower(node, to);
    },
  };
})();

function reluGradient(to: Lowering, x: Value, dy: Value): Form {
  const layout = sameShape(x.shape, dy.shape) ? elementwiseLayout(to, [x, dy], x) : 'plain';
  const name = (value: Value): string => inLayout(to, value, layout);
  // max(0, min(1, 3e38·x)): 1 for every positive normal number, in one pass instead of a comparison and a cast.
  const mask = to.onnx.op('HardSigmoid', [name(x)], { alpha: { float: 3e38 }, beta: { float: 0 } });
  const product = compute(to, 'Mul', name(dy), mask);
  return formOf(product, layout);
}

/** A bias that is added to nothing but a convolution becomes part of it. */
const add: Kernel = (() => {
  const plain = binary(op('Add'));
  return {
    record: plain.record,
    lower: (node, to) => {
      const [sum, bias] = node.inputs as readonly [Value, Value];
      const conv = sum.node;
      const isBias = conv?.kernel === 'Conv2D' && to.isUsedOnce(sum) && bias.shape.length === 1 && bias.shape[0] === sum.shape[3];
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
  elementwise(step),
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
  elementwise((to, names) => names.reduce((sum, name) => compute(to, 'Add', sum, name)), { compute: 'same' }),
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
  ClipByValue: unary(op('Clip'), {}, [['clipValueMin', Number.NEGATIVE_INFINITY], ['clipValueMax', Number.POSITIVE_INFINITY]]),
  Cos: unary(op('Cos')),
  Cosh: unary(op('Cosh')),
  Elu: unary((to, [x]) => where(to, compute(to, 'GreaterOrEqual', x!, float(to, 0)), x!, expm1(to, [x!]))),
  EluGrad: kernel<object, object>(
    ({ inputs: { dy, y } }) => ({ inputs: [dy!, y!], outputs: [{ shape: y!.shape, dtype: 'float32' }] }),
    elementwise((to, [dy, y]) => where(to, compute(to, 'GreaterOrEqual', y!, float(to, 0)), dy!, compute(to, 'Mul', dy!, compute(to, 'Add', y!, float(to, 1))))),
  ),
  Equal: comparison(op('Equal')),
  Erf: unary(op('Erf')),
  Exp: unary(op('Exp'), { compute: 'precise', result: 'float32' }),
  Expm1: unary(expm1),
  Floor: unary(op('Floor')),
  FloorDiv: binary(floorDivide, { compute: 'float32', result: 'int32' }),
  Greater: comparison(op('Greater')),
  GreaterEqual: comparison(op('GreaterOrEqual')),
  IsFinite: unary((to, [x]) => not(to, compute(to, 'Or', compute(to, 'IsNaN', x!), compute(to, 'IsInf', x!))), test),
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
  Pow: binary(op('Pow'), { compute: 'precise' }),
  Prelu: kernel<object, object>(
    ({ inputs: { x, alpha } }) => broadcasting([x!, alpha!], 'float32'),
    elementwise((to, [x, alpha]) => where(to, compute(to, 'Less', x!, float(to, 0)), compute(to, 'Mul', x!, alpha!), x!)),
  ),
  RealDiv: binary(op('Div'), { compute: 'float32' }),
  Reciprocal: unary(op('Reciprocal')),
  Relu: unary(op('Relu'), inPlaceType),
  Relu6: unary((to, [x]) => compute(to, 'Clip', x!, float(to, 0), float(to, 6))),
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
  // Close to a pole float32 has no digits left: the quotient is taken in float64.
  Tan: unary((to, [x]) => compute(to, 'Div', compute(to, 'Sin', x!), compute(to, 'Cos', x!)), { compute: 'float64' }),
  Tanh: unary(op('Tanh')),
};
