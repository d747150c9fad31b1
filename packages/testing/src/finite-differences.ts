/** A scalar function of float64 arrays. It must not keep or change them. */
export type ScalarFunction = (...args: Float64Array[]) => number;

export interface DifferenceOptions {
  /** How far to step, times max(1, |x|). Steps of ±step and ±2·step must not cross a kink. Default 1e-4. */
  readonly step?: number;
}

/** A function of float64 arrays that gives several arrays. It must not keep or change its arguments. */
export type ArrayFunction = (...args: Float64Array[]) => readonly ArrayLike<number>[];

/** df/dt at t = 0 of every result from four values: error O(step⁴) plus rounding of about 1e-16 / step (Abramowitz and Stegun, table 25.2). */
function slopes(f: (t: number) => readonly ArrayLike<number>[], step: number): Float64Array[] {
  const [forward, backward, farForward, farBackward] = [f(step), f(-step), f(2 * step), f(-2 * step)];
  return forward.map((result, k) => Float64Array.from(result, (value, i) => (8 * (value - backward[k]![i]!) - (farForward[k]![i]! - farBackward[k]![i]!)) / (12 * step)));
}

const slope = (f: (t: number) => number, step: number): number => slopes((t) => [[f(t)]], step)[0]![0]!;

/**
 * Derivative of `f` along one direction at `at`: Σ ∂f/∂xᵢ·vᵢ over all arrays. Four evaluations, whatever the number of elements.
 */
export function directionalDifference(f: ScalarFunction, at: readonly ArrayLike<number>[], directions: readonly ArrayLike<number>[], { step = 1e-4 }: DifferenceOptions = {}): number {
  checkDirections('directionalDifference', at, directions);
  return slope((t) => f(...moved(at, directions, t)), step);
}

function moved(at: readonly ArrayLike<number>[], directions: readonly ArrayLike<number>[], t: number): Float64Array[] {
  return at.map((x, k) => Float64Array.from(x, (value, i) => value + t * directions[k]![i]!));
}

function checkDirections(caller: string, at: readonly ArrayLike<number>[], directions: readonly ArrayLike<number>[]): void {
  at.forEach((x, k) => {
    const got = directions[k]?.length;
    if (got !== x.length) throw new RangeError(`${caller}: directions[${k}] must have ${x.length} elements, got ${got}`);
  });
}

/**
 * Derivative of all results of `f` along one direction at `at`: the Jacobian times the direction. Four evaluations, whatever the number of elements. For a gradient
 * this is the Hessian times the direction.
 */
export function jacobianDifference(f: ArrayFunction, at: readonly ArrayLike<number>[], directions: readonly ArrayLike<number>[], { step = 1e-4 }: DifferenceOptions = {}): Float64Array[] {
  checkDirections('jacobianDifference', at, directions);
  return slopes((t) => f(...moved(at, directions, t)), step);
}

/**
 * Gradient of `f` at `at` by central differences of fourth order: one array per argument. Four evaluations per element. With a float64 function
 * of moderate size the relative error is about 1e-11.
 */
export function finiteDifferences(f: ScalarFunction, at: readonly ArrayLike<number>[], { step = 1e-4 }: DifferenceOptions = {}): Float64Array[] {
  const copy = (): Float64Array[] => at.map((x) => Float64Array.from(x));
  return at.map((x, k) => Float64Array.from(x, (value, i) => {
    const moved = (t: number): number => {
      const args = copy();
      args[k]![i] = value + t;
      return f(...args);
    };
    return slope(moved, step * Math.max(1, Math.abs(value)));
  }));
}
