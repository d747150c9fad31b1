/** TensorFlow.js's elementwise functions that ONNX lacks, as several operators. */
import type { Emit } from './elementwise.ts';
import { float, type Lowering } from './lowering.ts';

/** One ONNX operator of that name. */
export function op(name: string, attrs: Record<string, number | { float: number }> = {}): Emit {
  return (to, names) => to.onnx.op(name, names, attrs);
}

/** Logical negation. */
export const not = (to: Lowering, name: string): string => to.onnx.op('Not', [name]);
const isNaN = (to: Lowering, name: string): string => to.onnx.op('IsNaN', [name]);
/** Elements of `yes` where the condition holds, else of `no`. */
export const where = (to: Lowering, condition: string, yes: string, no: string): string => to.onnx.op('Where', [condition, yes, no]);
/** An operator without attributes. */
export const compute = (to: Lowering, name: string, ...names: string[]): string => to.onnx.op(name, names);

/** Kahan's formula near zero, where 1 + x loses digits: log(u)·x/(u − 1) with u = 1 + x. */
export const log1p: Emit = (to, [x]) => {
  const one = float(to, 1);
  const u = compute(to, 'Add', x!, one);
  const exact = compute(to, 'Div', compute(to, 'Mul', compute(to, 'Log', u), x!), compute(to, 'Sub', u, one));
  const tiny = compute(to, 'Equal', u, one);
  const small = compute(to, 'Less', compute(to, 'Abs', x!), float(to, 1));
  return where(to, tiny, x!, where(to, small, exact, compute(to, 'Log', u)));
};

/** Kahan's formula: (u − 1)·x/log(u) with u = exp(x), near zero. */
export const expm1: Emit = (to, [x]) => {
  const one = float(to, 1);
  const u = compute(to, 'Exp', x!);
  const less = compute(to, 'Sub', u, one);
  const exact = compute(to, 'Div', compute(to, 'Mul', less, x!), compute(to, 'Log', u));
  const small = compute(to, 'Less', compute(to, 'Abs', x!), float(to, 0.5));
  return where(to, compute(to, 'Equal', u, one), x!, where(to, small, exact, less));
};

/** Remainder with the sign of the divisor. */
export const modulo: Emit = (to, [a, b]) => {
  const rest = to.onnx.op('Mod', [a!, b!], { fmod: 1 });
  const shifted = to.onnx.op('Mod', [compute(to, 'Add', rest, b!), b!], { fmod: 1 });
  const zero = float(to, 0);
  const differ = compute(to, 'Xor', compute(to, 'Less', a!, zero), compute(to, 'Less', b!, zero));
  return where(to, differ, shifted, rest);
};

/** The angle of (x, y), with the signs of zeros and the quadrants of infinities. */
export const atan2: Emit = (to, [y, x]) => {
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

/** Division rounded down. */
export const floorDivide: Emit = (to, names) => compute(to, 'Floor', compute(to, 'Div', ...names));

/** x > 0 → 1, else alpha; NaN stays. */
export const step: Emit = (to, [x, alpha]) => {
  const value = where(to, compute(to, 'Greater', x!, float(to, 0)), float(to, 1), alpha!);
  return where(to, isNaN(to, x!), x!, value);
};

/** −1, 0 or 1; 0 for NaN. */
export const sign: Emit = (to, [x]) => {
  const zero = float(to, 0);
  const positive = to.onnx.op('Cast', [compute(to, 'Greater', x!, zero)], { to: 1 });
  return compute(to, 'Sub', positive, to.onnx.op('Cast', [compute(to, 'Less', x!, zero)], { to: 1 }));
};

/** x·x. */
export const square: Emit = (to, [x]) => compute(to, 'Mul', x!, x!);
