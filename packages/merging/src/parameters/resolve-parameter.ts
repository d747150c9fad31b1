import { glob } from './glob.ts';
import type { ParameterSpec, ParameterSpecs, ResolvedParameters, Scalar } from './parameter-spec.ts';

/** A value for the tensors whose name contains `filter`; for all where it is absent or '*'. */
export interface Filtered {
  readonly filter?: string | null;
  readonly value: ParameterValue;
}

/**
 * A parameter as it is written: one value; a gradient, numbers at equal distances over the layers; a list of filtered values of which the first that fits holds; or
 * values by glob (`*` any characters, `?` one) of which the first that fits holds.
 */
export type ParameterValue = Scalar | readonly number[] | readonly Filtered[] | { readonly [pattern: string]: ParameterValue };

const isFiltered = (value: readonly number[] | readonly Filtered[]): value is readonly Filtered[] => value.length > 0 && typeof value[0] === 'object';

function alongLayers(values: readonly number[], layerPosition: number): number {
  const at = layerPosition * (values.length - 1);
  const before = Math.min(Math.floor(at), values.length - 1);
  const share = at - before;
  return share === 0 ? values[before]! : (1 - share) * values[before]! + share * values[before + 1]!;
}

/**
 * The value of a parameter for one tensor, or undefined where no filter or glob fits.
 *
 * @param layerPosition of the tensor's layer in [0, 1]: 0 the first, 1 the last
 * @throws {RangeError} for an empty gradient or a position outside [0, 1]
 */
export function resolveParameter(value: ParameterValue, tensorName: string, layerPosition: number = 0): Scalar | undefined {
  if (typeof value !== 'object') return value;
  if (!(layerPosition >= 0 && layerPosition <= 1)) throw new RangeError(`resolveParameter: layerPosition must be in [0, 1], got ${layerPosition}`);
  if (!Array.isArray(value)) {
    const found = Object.entries(value as { readonly [pattern: string]: ParameterValue }).find(([pattern]) => glob(pattern)(tensorName));
    return found && resolveParameter(found[1], tensorName, layerPosition);
  }
  const list = value as readonly number[] | readonly Filtered[];
  if (list.length === 0) throw new RangeError(`resolveParameter: a gradient must have at least one number, got none for ${tensorName}`);
  if (!isFiltered(list)) return alongLayers(list, layerPosition);
  const fits = list.find(({ filter }) => filter === undefined || filter === null || filter === '*' || tensorName.includes(filter));
  return fits && resolveParameter(fits.value, tensorName, layerPosition);
}

/** Parameters by name, as they are written. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface MergeParameters {
  /** Hold for every model and tensor. */
  readonly parameters?: Parameters;
  /** `[models]`: of one model, before those that hold for all. */
  readonly perModel?: readonly Parameters[];
}

interface Owner {
  readonly name: string;
  readonly parameters: ParameterSpecs;
}

/** @throws {RangeError} where a parameter is none of the method, stands for a model but is not a model's, or the models are counted wrongly */
export function checkParameters({ name, parameters: specs }: Owner, { parameters = {}, perModel = [] }: MergeParameters, models: number): void {
  const known = (key: string): ParameterSpec => {
    if (!Object.hasOwn(specs, key)) throw new RangeError(`${name}: parameter must be one of ${Object.keys(specs).join(', ') || 'none'}, got ${key}`);
    return specs[key]!;
  };
  Object.keys(parameters).forEach(known);
  if (perModel.length > 0 && perModel.length !== models) throw new RangeError(`${name}: perModel must have one entry for each of ${models} models, got ${perModel.length}`);
  for (const key of perModel.flatMap(Object.keys)) {
    if (known(key).per !== 'model') throw new RangeError(`${name}: ${key} must be given for all models together, got it for one`);
  }
  for (const [key, value] of Object.entries(parameters)) {
    if (specs[key]!.per === 'merge' && typeof value === 'object') throw new RangeError(`${name}: ${key} must be one value for all tensors, got ${JSON.stringify(value)}`);
  }
}

/**
 * The parameters of a method for one tensor.
 *
 * @throws {RangeError} naming parameter and tensor where one is missing or not what the method asks for
 */
export function resolveParameters<Specs extends ParameterSpecs>(
  method: { readonly name: string; readonly parameters: Specs }, { parameters = {}, perModel = [] }: MergeParameters, models: number, tensorName: string, layerPosition: number = 0,
): ResolvedParameters<Specs> {
  const valueOf = (key: string, spec: ParameterSpec, written: readonly (ParameterValue | undefined)[]): Scalar | undefined => {
    const given = written.map((value) => (value === undefined ? undefined : resolveParameter(value, tensorName, layerPosition)));
    const value = given.find((candidate) => candidate !== undefined) ?? spec.fallback;
    if (!spec.holds(value)) throw new RangeError(`${method.name}: ${key} must be ${spec.rule}, got ${value === undefined ? 'nothing' : typeof value === 'string' ? JSON.stringify(value) : String(value)} for ${tensorName}`);
    return value;
  };
  return Object.fromEntries(Object.entries(method.parameters).map(([key, spec]) => [key, spec.per === 'model'
    ? Array.from({ length: models }, (_, i) => valueOf(key, spec, [perModel[i]?.[key], parameters[key]]))
    : valueOf(key, spec, [parameters[key]])])) as ResolvedParameters<Specs>;
}
