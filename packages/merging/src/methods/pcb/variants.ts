/** The forms of PCB-Merging that are in use; see `pcb`. */
export type PcbVariant = 'released' | 'nlp' | 'visionSum' | 'visionPairwise' | 'paper';

export const pcbVariants: readonly PcbVariant[] = ['released', 'nlp', 'visionSum', 'visionPairwise', 'paper'];

interface VariantDefaults {
  /** Share of the entries whose magnitudes are clamped, at each end. */
  readonly clamp: number;
  readonly ratio: number;
  readonly lambda: number;
}

/** What a variant's code takes where nothing is said. */
export const variantDefaults: Readonly<Record<PcbVariant, VariantDefaults>> = {
  released: { clamp: 1e-4, ratio: 0.1, lambda: 1 },
  nlp: { clamp: 1e-2, ratio: 0.1, lambda: 1 },
  visionSum: { clamp: 1e-2, ratio: 0.05, lambda: 1.2 },
  visionPairwise: { clamp: 1e-2, ratio: 0.05, lambda: 1 },
  paper: { clamp: 0, ratio: 0.1, lambda: 1 },
};
