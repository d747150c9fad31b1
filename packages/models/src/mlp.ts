import { checkFeatureShape, checkOneOf, checkWhole, type FeatureShape } from './check-options.ts';
import { sequential } from './layer.ts';
import { activation, linear, type Activation } from './layers.ts';
import { linearHead } from './linear-head.ts';
import { defineModel, type Model, type Stage } from './model.ts';

export interface MlpOptions {
  /** [features], or [height, width, channels] of images that are flattened (on disk in PyTorch's order). */
  readonly inputShape: FeatureShape;
  readonly classes: number;
  /** Widths of the hidden layers; none makes a linear classifier. Default [128, 128]. */
  readonly hidden?: readonly number[];
  /** Default 'relu'. */
  readonly activation?: Activation;
}

/** Dense layers `fc1`, `fc2`, … with an activation between them. Stages: `fc1`, …, `head`. */
export function mlp({ inputShape, classes, hidden = [128, 128], activation: kind = 'relu' }: MlpOptions): Model {
  checkFeatureShape('mlp', 'inputShape', inputShape);
  checkWhole('mlp', 'classes', classes);
  for (const width of hidden) checkWhole('mlp', 'hidden', width);
  checkOneOf('mlp', 'activation', kind, ['relu', 'leakyRelu', 'sigmoid', 'tanh']);
  const shapes = [inputShape, ...hidden.map((width) => [width] as const)];
  const stages = hidden.map((width, i): Stage => {
    const shape = shapes[i]!;
    const inputs = shape.reduce<number>((product, size) => product * size, 1);
    const dense = linear(`fc${i + 1}`, { inputs, outputs: width, ...(shape.length === 3 && { map: shape }) });
    return { name: `fc${i + 1}`, inputShape: shape, ...sequential(dense, activation(kind)) };
  });
  const head = linearHead({ inputShape: shapes.at(-1)!, classes, layer: `fc${hidden.length + 1}` });
  return defineModel({ name: 'mlp', options: { inputShape, classes, hidden, activation: kind }, classes, stages: [...stages, ...head.stages] });
}
