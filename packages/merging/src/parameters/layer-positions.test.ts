import { describe, expect, it } from 'vitest';
import { layerOf, layerPositions } from './layer-positions.ts';

describe('layers', () => {
  it('are told from names, however long', () => {
    expect(layerOf('model.layers.12.mlp.experts.7.w1')).toEqual({ stack: 'model.layers.', layer: 12, rest: '.mlp.experts.7.w1' });
    expect(layerOf('h.0')).toEqual({ stack: 'h.', layer: 0, rest: '' });
    expect(layerOf('conv1.weight')).toBeUndefined();
    const begin = performance.now();
    layerPositions(['a'.repeat(1e6), `${'_embed'.repeat(1e5)}.x`, '1.'.repeat(1e5)]).call(null, 'x'.repeat(1e6));
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('lie between embeddings and heads, each stack by itself', () => {
    const names = ['lm_head.weight', 'model.embed_tokens.weight', 'encoder.0.w', 'encoder.2.w', 'decoder.0.w', 'decoder.1.w', 'single.0.w'];
    const depth = layerPositions(names);
    expect([...names, 'encoder.1.w', 'wte.weight', 'bert.embeddings.word_embeddings.weight', 'norm.weight'].map(depth)).toEqual([1, 0, 0, 1, 0, 1, 1, 0.5, 0, 0, 1]);
  });
});
