import { defineMethod, type MergeMethod } from '../../method.ts';
import { real } from '../../parameters/parameter-spec.ts';
import { blend } from '../blend.ts';

/** One model, times `scale`. */
export const passthrough: MergeMethod = defineMethod({
  name: 'passthrough',
  base: 'none',
  models: [1, 1],
  parameters: { scale: real('model', 1) },
  elementwise: () => true,
  merge: ({ models }, { scale }, _, out) => blend(out, models, scale),
});
