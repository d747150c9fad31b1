import type { DataType } from '@tensorflow/tfjs-core';
import type { GraphNode, Value } from '../graph/value.ts';
import { elementwiseLayout, formOf, inLayout, type Layout } from './layout.ts';
import { cast, float, type Form, type Lowering, reshape, transpose } from './lowering.ts';

/** Emits an operator: names of operands in a common layout to the name of the result. */
export type Emit = (to: Lowering, names: readonly string[]) => string;

/** The type an operator computes in: its operands are cast to it. 'same' is the type of the operands, with bool as int32; 'precise' is float64 for integers, else float32. */
export type Compute = 'float32' | 'float64' | 'precise' | 'same' | 'bool';

/** How a row's results relate to its operands. */
export interface Rule {
  /** Type that the operator computes in. @default 'float32' */
  readonly compute?: Compute;
  /** Type of the result. @default the first operand's */
  readonly result?: DataType;
}

/** Emits an elementwise operator in NCHW where an operand exists only so, else in the shapes as they are. */
export function elementwise(emit: Emit, rule: Rule = {}): (node: LoweredNode, to: Lowering) => Form {
  return ({ inputs, outputs }, to) => {
    const layout = elementwiseLayout(to, inputs, outputs[0]!);
    const compute = rule.compute ?? 'float32';
    const type = compute === 'same' ? sameType(inputs) : compute === 'precise' ? preciseType(inputs) : compute;
    const names = inputs.map((value) => cast(to, operand(to, value, layout), value.dtype, type));
    const name = narrow(to, emit(to, names), rule.result === 'bool' ? 'bool' : type, outputs[0]!.dtype);
    return formOf(name, layout);
  };
}

function operand(to: Lowering, value: Value, layout: Layout): string {
  if (layout === 'channelsFirst') return broadcastChannelsFirst(to, value);
  return value.shape.length === 0 ? to.plain(value) : inLayout(to, value, layout);
}

type LoweredNode = Pick<GraphNode, 'inputs' | 'outputs'>;

/** Integers have more digits than float32; what is float32 already has none to lose. */
function preciseType(inputs: readonly Value[]): 'float32' | 'float64' {
  return inputs.some((value) => value.dtype === 'int32') ? 'float64' : 'float32';
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

/** A cast by JavaScript's rule: what is not a number of 32 bits becomes the integer 0 (in C, the smallest integer). */
export function convert(to: Lowering, name: string, from: string, dtype: DataType): string {
  if ((from !== 'float32' && from !== 'float64') || dtype !== 'int32') return cast(to, name, from, dtype);
  const fits = to.onnx.op('Less', [to.onnx.op('Abs', [cast(to, name, from, 'float32')]), float(to, 2 ** 31)]);
  return to.onnx.op('Where', [fits, cast(to, name, from, dtype), to.onnx.constant('int32', 0)]);
}

/** A result written to an array of another type, as JavaScript does: a bool holds the integer part. */
function narrow(to: Lowering, name: string, from: string, dtype: DataType): string {
  if (from !== 'float32' || dtype !== 'bool') return convert(to, name, from, dtype);
  return cast(to, convert(to, name, from, 'int32'), 'int32', 'bool');
}
