/** Options of `compile`. */
export interface CompileOptions {
  /** Positions of arguments that are consumed by the call: their tensors are disposed, later use throws. @default none */
  readonly donate?: readonly number[];
}
