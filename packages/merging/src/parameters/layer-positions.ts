/** The first whole number between dots. */
const layerOf = (name: string): number | undefined => {
  const found = /(?:^|\.)(\d+)(?:\.|$)/.exec(name);
  return found ? Number(found[1]) : undefined;
};

/**
 * Where tensors are in depth, for gradients: layer k of L (the first whole number in a name, as in `layers.3.`) at k / (L − 1). A tensor without number is at 0 where it
 * comes before all layers, else at 1.
 */
export function layerPositions(names: readonly string[]): (name: string) => number {
  const layers = names.map(layerOf);
  const last = layers.reduce<number>((most, layer) => Math.max(most, layer ?? 0), 0);
  const start = layers.findIndex((layer) => layer !== undefined);
  const before = new Set(names.slice(0, start === -1 ? names.length : start));
  return (name) => {
    const layer = layerOf(name);
    if (layer === undefined) return before.has(name) ? 0 : 1;
    return last === 0 ? 0 : Math.min(1, layer / last);
  };
}
