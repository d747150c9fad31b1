import { hostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { featureNoiseFromDraws } from './feature-noise-from-draws.ts';

runGolden('feature-learning', import.meta.url, {
  data_model: ({ inputs, params }) => {
    const n = inputs['y'].data.length;
    const faint = params['feature_noise_patches'] as number;
    return {
      x: featureNoiseFromDraws({
        features: inputs['features'],
        labels: inputs['y'],
        rare: inputs['rare'].data,
        positions: inputs['perm'],
        featureNoiseClass: inputs['feature_noise_class'] ?? hostTensor('int32', [n, faint], new Int32Array(n * faint)),
        noise: inputs['noise'],
        featureNoiseStrength: params['feature_noise_strength'] as number,
      }),
    };
  },
});
