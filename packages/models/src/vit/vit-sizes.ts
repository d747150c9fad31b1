import type { Model } from '../model.ts';
import { visionTransformer, type VitOptions } from './vit.ts';

type SizedVit = (options: VitOptions) => Model;

const tiny = { dim: 192, heads: 3 };
const small = { dim: 384, heads: 6 };
const base = { dim: 768, heads: 12 };

/** ViT-Ti: dim 192, 3 heads, 12 blocks. 5,717,416 parameters at 224×224 with patches of 16 and 1,000 classes. */
export const vitTiny: SizedVit = (options) => visionTransformer('vit_tiny', { ...tiny, ...options });

/** ViT-S: dim 384, 6 heads, 12 blocks. 22,050,664 parameters. */
export const vitSmall: SizedVit = (options) => visionTransformer('vit_small', { ...small, ...options });

/** ViT-B, torchvision's `vit_b_16`: dim 768, 12 heads, 12 blocks. 86,567,656 parameters. */
export const vitBase: SizedVit = (options) => visionTransformer('vit_base', { ...base, ...options });

/** DeiT-Ti: ViT-Ti, with `distilled` and its two heads 5,910,800 parameters. */
export const deitTiny: SizedVit = (options) => visionTransformer('deit_tiny', { ...tiny, ...options });

/** DeiT-S: ViT-S. */
export const deitSmall: SizedVit = (options) => visionTransformer('deit_small', { ...small, ...options });

/** DeiT-B: ViT-B. */
export const deitBase: SizedVit = (options) => visionTransformer('deit_base', { ...base, ...options });
