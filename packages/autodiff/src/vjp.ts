import { innerProduct } from './inner-product.ts';
import { type GradOptions, type Grads, valueAndGrad } from './value-and-grad.ts';

export interface Pulled<Args extends readonly unknown[], Result, Wrt extends number | readonly number[]> {
  /** What the function gives. */
  readonly value: Result;
  /** The gradients of ⟨value, cotangent⟩. */
  readonly grads: Grads<Args, Wrt>;
}

/**
 * The product of a cotangent with the Jacobian of a function of any results: what `valueAndGrad` is for scalars. With the cotangent of a later step it
 * carries gradients through a loop step by step.
 *
 * @param fn (…args) → a tensor or a tree of them
 * @param cotangent a tree like the result
 * @throws {RangeError} where the cotangent has other shapes than the result, and as `valueAndGrad`
 */
export function vjp<Args extends unknown[], Result, const Wrt extends number | readonly number[] = 0>(
  fn: (...args: Args) => Result,
  cotangent: Result,
  options: GradOptions<Wrt> = {},
): (...args: Args) => Pulled<Args, Result, Wrt> {
  const objective = valueAndGrad((...args: Args) => {
    const value = fn(...args);
    return { loss: innerProduct('vjp', 'cotangent', value, cotangent), value };
  }, options);
  return (...args) => {
    const { value: product, aux, grads } = objective(...args);
    product.dispose();
    return { value: aux.value, grads };
  };
}
