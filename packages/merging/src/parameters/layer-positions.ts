/** A name of a tensor that belongs to a layer: 'model.layers.' 3 '.mlp.weight'. */
export interface LayerName {
  readonly stack: string;
  readonly layer: number;
  readonly rest: string;
}

/** Takes a name apart at the first whole number between dots; undefined where there is none. */
export function layerOf(name: string): LayerName | undefined {
  const parts = name.split('.');
  const at = parts.findIndex((part) => /^\d{1,9}$/.test(part));
  if (at === -1) return undefined;
  const [before, behind] = [parts.slice(0, at), parts.slice(at + 1)];
  return { stack: before.map((part) => `${part}.`).join(''), layer: Number(parts[at]), rest: behind.map((part) => `.${part}`).join('') };
}

const early = /^(embed\w*|\w*_embed|\w*embeddings?|embd|wte|wpe|shared|patch\w*|cls_token|stem)$/;

/** Tensors without layer that come before all layers, as embeddings do; the others come behind. */
export const isBeforeLayers = (name: string): boolean => name.split('.').some((part) => part.length < 100 && early.test(part));

/** Where tensors are in depth, for gradients: layer k of the L layers of its stack at k / (L − 1), 1 where L is 1; embeddings at 0, and what else has no layer at 1. */
export function layerPositions(names: readonly string[]): (name: string) => number {
  const last = new Map<string, number>();
  for (const found of names.map(layerOf)) if (found) last.set(found.stack, Math.max(found.layer, last.get(found.stack) ?? 0));
  return (name) => {
    const found = layerOf(name);
    if (!found) return isBeforeLayers(name) ? 0 : 1;
    const most = last.get(found.stack) ?? 0;
    return most === 0 ? 1 : found.layer / most;
  };
}
