export type Scalar = number | boolean | string;

/** What a parameter of a method may be, and whom it belongs to. */
export interface ParameterSpec<T extends Scalar | undefined = Scalar | undefined, Per extends 'model' | 'tensor' | 'merge' = 'model' | 'tensor' | 'merge'> {
  /** 'model': one for each model and tensor; 'tensor': one for each tensor; 'merge': one for the whole merge. */
  readonly per: Per;
  /** Without one the parameter has to be given, unless it may be undefined. */
  readonly fallback?: T;
  /** What a value must be, for errors and documentation: 'in (0, 1]'. */
  readonly rule: string;
  readonly holds: (value: unknown) => value is T;
}

export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** Values of one tensor: an array over the models where the parameter is one of a model. */
export type ResolvedParameters<Specs extends ParameterSpecs> = {
  readonly [K in keyof Specs]: Specs[K] extends ParameterSpec<infer T, infer Per> ? (Per extends 'model' ? readonly T[] : T) : never;
};

type Per = 'model' | 'tensor' | 'merge';
interface Bounds<T> {
  readonly fallback?: T;
}

const spec = <T extends Scalar | undefined, P extends Per>(per: P, rule: string, holds: (value: unknown) => boolean, { fallback }: Bounds<T>): ParameterSpec<T, P> =>
  ({ per, rule, holds: holds as (value: unknown) => value is T, ...(fallback !== undefined && { fallback }) });

/** A finite number, of which `rule` says more where `holds` asks more. */
export const real = <P extends Per>(per: P, fallback?: number, rule: string = 'a finite number', holds: (x: number) => boolean = () => true): ParameterSpec<number, P> =>
  spec(per, rule, (x) => typeof x === 'number' && Number.isFinite(x) && holds(x), fallback === undefined ? {} : { fallback });

export const share = <P extends Per>(per: P, fallback?: number): ParameterSpec<number, P> => real(per, fallback, 'in [0, 1]', (x) => x >= 0 && x <= 1);

export const whole = <P extends Per>(per: P, fallback?: number, least: number = 0): ParameterSpec<number, P> =>
  real(per, fallback, `a whole number >= ${least}`, (x) => Number.isSafeInteger(x) && x >= least);

export const flag = <P extends Per>(per: P, fallback: boolean): ParameterSpec<boolean, P> => spec(per, 'true or false', (x) => typeof x === 'boolean', { fallback });

export const oneOf = <const T extends string, P extends Per>(per: P, choices: readonly T[], fallback: T): ParameterSpec<T, P> =>
  spec(per, `one of ${choices.join(', ')}`, (x) => (choices as readonly unknown[]).includes(x), { fallback });

/** As `spec`, but it need not be given: the method has another value for it then. */
export const optional = <T extends Scalar, P extends Per>({ per, rule, holds }: ParameterSpec<T, P>): ParameterSpec<T | undefined, P> =>
  ({ per, rule, holds: (x) => x === undefined || holds(x) });
