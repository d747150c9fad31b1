import { mergeConfig } from 'vitest/config';
import base from '../../config/vitest.ts';

/** TensorFlow.js's own gradients (dist/register_all_gradients) are ES modules that Node cannot load as they are. */
export default mergeConfig(base, { test: { include: ['conformance/**/*.test.ts'], server: { deps: { inline: [/@tensorflow/] } } } });
