/** A smooth convex function of many numbers. */
export interface ConvexProblem {
  /** The value at x; writes the gradient into `gradient`. */
  evaluate(x: Float64Array, gradient: Float64Array): number;
  /** Writes Hessian · v into `result`, at the x of the last `evaluate`. */
  curvature(v: Float64Array, result: Float64Array): void;
  /** Writes an approximation of inverse Hessian · r into `result`, symmetric and positive definite, at the x of the last `evaluate`. */
  precondition(r: Float64Array, result: Float64Array): void;
}

export interface NewtonResult {
  readonly x: Float64Array;
  readonly value: number;
  /** The largest element of the gradient, without its sign. */
  readonly gradient: number;
  readonly iterations: number;
  /** Whether `gradient` fell below the tolerance. */
  readonly converged: boolean;
}

const [mostIterations, mostProducts] = [200, 500];

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const largest = (a: Float64Array): number => a.reduce((max, x) => Math.max(max, Math.abs(x)), 0);

/** to = a + scale · b */
function add(a: Float64Array, scale: number, b: Float64Array, to: Float64Array): void {
  for (let i = 0; i < a.length; i++) to[i] = a[i]! + scale * b[i]!;
}

/** A direction d with Hessian · d ≈ −gradient, by preconditioned conjugate gradients; as exact as the gradient is small. */
function newtonDirection(problem: ConvexProblem, gradient: Float64Array): Float64Array {
  const size = gradient.length;
  const [d, r, z, q] = [new Float64Array(size), gradient.map((g) => -g), new Float64Array(size), new Float64Array(size)];
  problem.precondition(r, z);
  const p = z.slice();
  let rz = dot(r, z);
  const enough = Math.min(0.25, Math.sqrt(rz)) ** 2 * rz;
  for (let i = 0; i < mostProducts && rz > 0; i++) {
    problem.curvature(p, q);
    const bend = dot(p, q);
    if (!(bend > 0)) break; // no curvature that way, up to rounding
    add(d, rz / bend, p, d);
    add(r, -rz / bend, q, r);
    problem.precondition(r, z);
    const next = dot(r, z);
    if (next <= enough) break;
    add(z, next / rz, p, p);
    rz = next;
  }
  return largest(d) > 0 ? d : z;
}

/**
 * Newton's method with directions from preconditioned conjugate gradients and a backtracking line search (Nocedal, Wright: Numerical Optimization, 2006, algorithm 7.1).
 *
 * @param tolerance of the largest element of the gradient
 */
export function minimiseConvex(problem: ConvexProblem, start: Float64Array, tolerance: number): NewtonResult {
  let [x, next] = [start.slice(), new Float64Array(start.length)];
  let [gradient, nextGradient] = [new Float64Array(start.length), new Float64Array(start.length)];
  let value = problem.evaluate(x, gradient);
  for (let iterations = 0; ; iterations++) {
    const size = largest(gradient);
    if (size < tolerance || iterations === mostIterations) return { x, value, gradient: size, iterations, converged: size < tolerance };
    const d = newtonDirection(problem, gradient);
    const slope = dot(gradient, d);
    const rounding = 1e-14 * (1 + Math.abs(value));
    let [step, nextValue] = [2, Infinity];
    do {
      step /= 2;
      add(x, step, d, next);
      nextValue = problem.evaluate(next, nextGradient);
      // near the minimum values differ by rounding only: there the gradient tells
    } while (step > 1e-10 && !(nextValue <= value + 1e-4 * step * slope || (nextValue <= value + rounding && largest(nextGradient) < size)));
    if (step <= 1e-10) return { x, value, gradient: size, iterations, converged: false };
    [x, next, gradient, nextGradient, value] = [next, x, nextGradient, gradient, nextValue];
  }
}
