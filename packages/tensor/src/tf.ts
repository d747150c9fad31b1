export { attachGradient } from './tf/attach-gradient.ts';
export { detach } from './tf/detach.ts';
export { type Embeddings, type Features, type Images, type Labels, type Logits, named, type Scalar, type Targets, type Tensor } from './tf/named.ts';
export { randomNormal } from './tf/random-normal.ts';
export { randomUniform } from './tf/random-uniform.ts';
export { toTf } from './tf/to-tf.ts';
