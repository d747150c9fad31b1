import { innerProduct } from './inner-product.ts';
import { grad, type GradOptions, type Grads, type ObjectiveResult } from './value-and-grad.ts';

/**
 * The Hessian of an objective times a vector, without the Hessian: the gradient of ⟨gradient, direction⟩. About four times the cost of the
 * objective.
 *
 * @param direction a tree like the argument (like an array of arguments where `wrt` is one)
 * @throws {RangeError} where the direction has other shapes than the arguments, and as `valueAndGrad`
 */
export function hvp<Args extends unknown[], const Wrt extends number | readonly number[] = 0>(
  objective: (...args: Args) => ObjectiveResult,
  direction: Grads<NoInfer<Args>, NoInfer<Wrt>>,
  options: GradOptions<Wrt> = {},
): (...args: Args) => Grads<Args, Wrt> {
  const gradient = grad(objective, options);
  return grad((...args: Args) => innerProduct('hvp', 'direction', gradient(...args), direction), options);
}
