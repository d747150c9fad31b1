import { registerGradients } from './register-gradients.ts';

registerGradients();

export { compile, type CompileOptions } from './compile.ts';
export { batchNormTrain, type BatchNormResult, instanceNorm } from './norm.ts';
export { registerGradients } from './register-gradients.ts';
export { stopGradient } from './stop-gradient.ts';
export { type Auxiliary, grad, type GradientsOf, type GradOptions, type Objective, valueAndGrad, type ValueAndGrad, type WithLoss } from './value-and-grad.ts';
