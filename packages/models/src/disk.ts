import type * as tf from '@tensorflow/tfjs-core';
import { hostTensor, stateDict, toHost, type HostTensor, type StateDict } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { diskShape, fitsDisk, fromDiskLayout, toDiskLayout } from './disk-layout.ts';
import { withOwnNames } from './file-names.ts';
import type { Model, Variables } from './model.ts';
import type { VariableSpec } from './variable.ts';

const COUNTER = 'num_batches_tracked';
const floats: readonly string[] = ['float64', 'float32', 'float16', 'bfloat16'];

/** PyTorch's batch norms count batches in an int64 scalar, which matters only to a momentum of None. Networks here do not keep it. */
const countersOf = (model: Model): string[] => model.variables.filter(({ name }) => name.endsWith('.running_var')).map(({ name }) => name.replace(/running_var$/, COUNTER));

const namesIn = (record: object): string[] => Object.keys(record);

function refuse(caller: string, model: Model, problems: Readonly<Record<string, readonly string[]>>): void {
  const lines = Object.entries(problems).filter(([, names]) => names.length > 0).map(([what, names]) => `\n  ${what}: ${names.join(', ')}`);
  if (lines.length > 0) throw new RangeError(`${caller}: the tensors must be those of ${model.name} (${JSON.stringify(model.options)})${lines.join('')}`);
}

/**
 * Parameters and buffers as one state dict with PyTorch's names and layouts, which `load_state_dict(strict=True)` takes. Batch norms get
 * `num_batches_tracked` = 0.
 *
 * @throws {RangeError} listing the names, where a variable is missing, unknown or wrongly shaped
 */
export function toDisk(model: Model, vars: Variables): StateDict<HostTensor> {
  const values: Readonly<Record<string, tf.Tensor>> = { ...vars.params, ...vars.buffers };
  const known = new Set(model.variables.map(({ name }) => name));
  refuse('toDisk', model, {
    'missing': model.variables.filter(({ name }) => !values[name]).map(({ name }) => name),
    'unexpected': namesIn(values).filter((name) => !known.has(name)),
    'wrong shape': model.variables.filter(({ name, shape }) => values[name] && values[name].shape.join() !== shape.join()).map(({ name, shape }) => `${name} is [${values[name]!.shape.join(', ')}], expected [${shape.join(', ')}]`),
  });
  const counters = new Set(countersOf(model));
  return stateDict(model.variables.flatMap(({ name, layout }): [string, HostTensor][] => {
    const entry: [string, HostTensor] = [name, toDiskLayout(toHost(values[name]!), layout, name)];
    const counter = name.replace(/running_var$/, COUNTER);
    return counters.has(counter) && name !== counter ? [entry, [counter, hostTensor('int64', [], new BigInt64Array(1))]] : [entry];
  }));
}

function problemsOf(model: Model, file: Readonly<Record<string, HostTensor>>): Record<string, string[]> {
  const present = model.variables.filter(({ name }) => Object.hasOwn(file, name));
  const allowed = new Set([...model.variables.map(({ name }) => name), ...countersOf(model)]);
  const expected = ({ name, shape, layout }: VariableSpec): string => diskShape(shape, layout, name).join(', ');
  return {
    'missing': model.variables.filter(({ name }) => !Object.hasOwn(file, name)).map(({ name }) => name),
    'unexpected': namesIn(file).filter((name) => !allowed.has(name)),
    'wrong shape': present.filter(({ name, shape, layout }) => !fitsDisk(file[name]!.shape, shape, layout, name)).map((variable) => `${variable.name} is [${file[variable.name]!.shape.join(', ')}], expected [${expected(variable)}]`),
    'not floating-point': present.filter(({ name }) => !floats.includes(file[name]!.dtype)).map(({ name }) => `${name} is ${file[name]!.dtype}`),
  };
}

/**
 * Variables from a state dict with PyTorch's names and layouts, of any floating-point type. `num_batches_tracked` may be there or not; it is
 * dropped. Names that torchvision's vision transformers and the usual ResNeXt for CIFAR have instead are known; position embeddings of
 * another number of patches (of square images) are resized.
 *
 * @throws {RangeError} listing every key that is missing, unexpected, wrongly shaped, or of a type that is no weight's
 */
export function fromDisk(model: Model, state: StateDict<HostTensor>): Variables {
  const file = withOwnNames('fromDisk', model.name, state);
  refuse('fromDisk', model, problemsOf(model, file));
  const values = (kind: VariableSpec['kind']): StateDict<tf.Tensor> => stateDict(
    model.variables
      .filter((variable) => variable.kind === kind)
      .map(({ name, shape, layout }) => [name, toTf(fromDiskLayout(file[name]!, shape, layout, name))]),
  );
  return { params: values('parameter'), buffers: values('buffer') };
}
