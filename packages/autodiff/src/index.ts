import { registerGradients } from './gradients/register.ts';

registerGradients();

export { batchNormTrain, type BatchNorm } from './batch-norm-train.ts';
export { compile, type CompileOptions } from './compile.ts';
export { hvp } from './hvp.ts';
export { instanceNorm } from './instance-norm.ts';
export { flatten, type Layout, type LayoutEntry, layoutOf, unflatten } from './parameter-vector.ts';
export { registerGradients };
export { stopGradient } from './stop-gradient.ts';
export type { LossOfSteps, Step } from './unroll/step.ts';
export { unrolledValueAndGrad, type UnrollOptions } from './unrolled-value-and-grad.ts';
export { type Aux, grad, type GradOptions, type Grads, type ObjectiveResult, valueAndGrad, type ValueAndGrads } from './value-and-grad.ts';
export { type Pulled, vjp } from './vjp.ts';
