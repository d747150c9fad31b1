import { checkFeatureShape, checkWhole, type FeatureShape } from './check-options.ts';
import { linear } from './layers.ts';
import { defineModel, type Model } from './model.ts';

export interface LinearHeadOptions {
  /** Shape of what goes in: [features], or a map [height, width, channels] that is flattened. */
  readonly inputShape: FeatureShape;
  readonly classes: number;
  /** Name of the layer: its parameters are `<layer>.weight` and `<layer>.bias`. Default 'fc'. */
  readonly layer?: string;
}

/**
 * A dense layer from features to logits, as a network of the one stage `head`. Networks end in one; a further head with a `layer` name of
 * its own takes the features of the same backbone, and its variables may live in the same records.
 */
export function linearHead({ inputShape, classes, layer = 'fc' }: LinearHeadOptions): Model {
  checkWhole('linearHead', 'classes', classes);
  checkFeatureShape('linearHead', 'inputShape', inputShape);
  const inputs = inputShape.reduce<number>((product, size) => product * size, 1);
  const dense = linear(layer, { inputs, outputs: classes, ...(inputShape.length === 3 && { map: inputShape }) });
  return defineModel({ name: 'linear', options: { inputShape, classes, layer }, classes, stages: [{ name: 'head', inputShape, ...dense }] });
}
