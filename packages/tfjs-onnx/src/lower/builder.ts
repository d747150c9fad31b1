/** Builds the node list of an ONNX graph. Equal operators on equal operands are emitted once. */

export type OnnxElement = 'float32' | 'int32' | 'int64' | 'bool';

/** A float attribute; bare numbers are integers. */
export interface FloatAttribute {
  readonly float: number;
}

export type BuilderAttribute = number | string | readonly number[] | FloatAttribute;

export interface BuilderNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: string[];
  readonly attrs: Readonly<Record<string, BuilderAttribute>>;
  /** The TensorFlow.js kernel that it stands for, alone or with others. */
  readonly kernel: string;
}

export interface BuilderConstant {
  readonly name: string;
  readonly dtype: OnnxElement;
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** Operators of this domain exist in ONNX Runtime only. */
export const MICROSOFT = 'com.microsoft';
/** Its operators over images in blocks of channels. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

export interface OnnxBuilder {
  readonly nodes: readonly BuilderNode[];
  readonly constants: readonly BuilderConstant[];
  /** From now on operators stand for this kernel. */
  begin(kernel: string): void;
  /** Emits an operator with one result and returns the result's name. */
  op(op: string, inputs: readonly string[], attrs?: BuilderNode['attrs'], domain?: string): string;
  /** Emits an operator with several results. */
  ops(count: number, op: string, inputs: readonly string[], attrs?: BuilderNode['attrs']): readonly string[];
  /** A constant vector of integers (shapes, axes, paddings). */
  ints(values: readonly number[]): string;
  /** A constant of any type; a scalar unless `dims` are given. */
  constant(dtype: 'float32' | 'int32' | 'bool', values: number | readonly number[], dims?: readonly number[]): string;
  /** A constant over elements that exist already. */
  tensor(dtype: OnnxElement, data: BuilderConstant['data'], dims: readonly number[]): string;
}

/** An empty graph. */
export function createBuilder(): OnnxBuilder {
  const nodes: BuilderNode[] = [];
  const constants: BuilderConstant[] = [];
  const seen = new Map<string, readonly string[]>();
  let names = 0;
  let current = '';

  function ops(count: number, op: string, inputs: readonly string[], attrs: BuilderNode['attrs'] = {}, domain = ''): readonly string[] {
    const key = `${domain}:${op}/${count} ${inputs.join()} ${JSON.stringify(attrs)}`;
    const known = seen.get(key);
    if (known) return known;
    // Nobody names an input so.
    const outputs = Array.from({ length: count }, () => `%${names++}`);
    nodes.push({ op, domain, inputs, outputs, attrs, kernel: current });
    seen.set(key, outputs);
    return outputs;
  }

  function tensor(dtype: OnnxElement, data: BuilderConstant['data'], dims: readonly number[]): string {
    const name = `%${names++}`;
    constants.push({ name, dtype, dims, data });
    return name;
  }

  function once(key: string, make: () => string): string {
    const known = seen.get(key);
    if (known) return known[0]!;
    const name = make();
    seen.set(key, [name]);
    return name;
  }

  return {
    nodes,
    constants,
    begin: (kernel) => { current = kernel; },
    ops,
    tensor,
    op: (op, inputs, attrs, domain) => ops(1, op, inputs, attrs, domain)[0]!,
    ints: (values) => once(`ints ${values.join()}`, () => tensor('int64', BigInt64Array.from(values, BigInt), [values.length])),
    constant: (dtype, values, dims = []) => once(`${dtype} [${dims.join()}] ${[values].join()}`, () => {
      const array = dtype === 'float32' ? Float32Array : dtype === 'int32' ? Int32Array : Uint8Array;
      return tensor(dtype, array.from(typeof values === 'number' ? [values] : values), dims);
    }),
  };
}
