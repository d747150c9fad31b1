import { checkImageOptions, checkOneOf, type MapShape } from './check-options.ts';
import { sequential } from './layer.ts';
import { activation, conv2d, linear, pool2x2, type Activation, type Pooling } from './layers.ts';
import { linearHead } from './linear-head.ts';
import { defineModel, type Model } from './model.ts';

export interface LeNetOptions {
  /** 28×28 (the first convolution then pads by 2) or 32×32, any number of channels. */
  readonly inputShape: MapShape;
  readonly classes: number;
  /** Default 'relu'; LeCun's was a scaled tanh. */
  readonly activation?: Activation;
  /** Default 'max'; LeCun's was an average with a trained scale. */
  readonly pooling?: Pooling;
}

/**
 * LeNet-5 (LeCun, Bottou, Bengio, Haffner: "Gradient-based learning applied to document recognition", 1998) in the form of PyTorch's
 * tutorials: `conv1` 6@5×5, pool, `conv2` 16@5×5, pool, `fc1` 120, `fc2` 84, `fc3`. Stages: `conv1`, `conv2`, `fc1`, `fc2`, `head`.
 */
export function lenet({ inputShape, classes, activation: kind = 'relu', pooling = 'max' }: LeNetOptions): Model {
  checkImageOptions('lenet', { inputShape, classes });
  checkOneOf('lenet', 'activation', kind, ['relu', 'leakyRelu', 'sigmoid', 'tanh']);
  checkOneOf('lenet', 'pooling', pooling, ['avg', 'max']);
  const [height, width, channels] = inputShape;
  if (height !== width || (height !== 28 && height !== 32)) throw new RangeError(`lenet: inputShape must be 28x28 or 32x32, got ${height}x${width}`);
  const block = (name: string, inputs: number, outputs: number, padding: number): ReturnType<typeof sequential> =>
    sequential(conv2d(name, { inputs, outputs, kernel: 5, padding }), activation(kind), pool2x2(pooling));
  const map = [5, 5, 16] as const;
  return defineModel({
    name: 'lenet',
    options: { inputShape, classes, activation: kind, pooling },
    classes,
    stages: [
      { name: 'conv1', inputShape, ...block('conv1', channels, 6, height === 28 ? 2 : 0) },
      { name: 'conv2', inputShape: [14, 14, 6], ...block('conv2', 6, 16, 0) },
      { name: 'fc1', inputShape: map, ...sequential(linear('fc1', { inputs: 400, outputs: 120, map }), activation(kind)) },
      { name: 'fc2', inputShape: [120], ...sequential(linear('fc2', { inputs: 120, outputs: 84 }), activation(kind)) },
      ...linearHead({ inputShape: [84], classes, layer: 'fc3' }).stages,
    ],
  });
}
