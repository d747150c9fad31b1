import { hostTensor, type HostTensor } from '@mixwell/tensor';
import { addToClassMeans, classMeans } from '../collapse/class-means.ts';
import { collapseScatter } from '../collapse/scatter.ts';
import { rowNorm, takeRows } from '../input/rows.ts';
import { type ChannelRow, channelSummary } from './channel-summary.ts';
import type { MixedFeatures } from './mixed-features.ts';

/** Mixed features of one layer at one λ: means over all pairs of classes. What does not exist is null. */
export interface LayerRow {
  /** Name of the layer. */
  readonly layer: string;
  readonly kind: 'same' | 'different';
  readonly lambda: number;
  /** Ordered pairs of classes. */
  readonly pairs: number;
  readonly alignment: number | null;
  readonly along: number | null;
  readonly across: number | null;
  readonly offPlane: number | null;
  readonly amplification: number | null;
  readonly linearityError: number;
}

const statistics = ['alignment', 'along', 'across', 'offPlane', 'amplification', 'linearityError'] as const;

/** Directions of a layer: its class means of unmixed rows less their mean, all in units of their mean length, so that layers of any width and scale can be compared. */
function directionsOf(features: HostTensor<'float32'>, { lambda, classA }: MixedFeatures): { means: HostTensor<'float64'>; origin: Float64Array; unit: number } {
  const [rows, columns] = features.shape as [number, number];
  const unmixed = Int32Array.from(lambda.keys()).filter((row) => lambda[row] === 1);
  if (unmixed.length === 0) throw new RangeError('layerwise: lambda must hold 1, whose rows are the unmixed samples');
  const numClasses = Math.max(...classA) + 1;
  const means = classMeans({ numClasses, featureDim: columns });
  const { values } = takeRows({ rows, columns, values: features.data }, unmixed);
  addToClassMeans(means, hostTensor('float64', [unmixed.length, columns], values), unmixed.map((row) => classA[row]!));
  const { centred, globalMean } = collapseScatter(means);
  const unit = rowNorm(centred.values, 0, centred.values.length) / Math.sqrt(numClasses);
  return { means: hostTensor('float64', [numClasses, columns], Float64Array.from(centred.values)), origin: globalMean, unit };
}

/** Mean of what is there; null where nothing is. */
function meanOf(rows: readonly ChannelRow[], key: (typeof statistics)[number], scale: number): number | null {
  const values = rows.map((row) => row[key]).filter((value) => value !== null);
  return values.length === 0 ? null : (scale * values.reduce((sum, value) => sum + value, 0)) / values.length;
}

/**
 * The geometry of mixed features at every layer, against the directions of the layer's own class means: in which layers do mixed inputs lie between their classes
 * (`linearityError` near 0, `offPlane` near 0), and where does the channel begin (`amplification` above 1)? Do the same for a network that was trained with manifold mixup, and
 * {@link compareLayers}: earlier layers of one trained with mixup of inputs are said to look alike.
 *
 * Fisher, Meng, Papyan, ICLR 2024, arXiv 2402.06171. Manifold mixup: Verma et al., ICML 2019, arXiv 1806.05236.
 *
 * @param mixed features of the layers by name, of samples of every class, λ = 1 among the lambdas. `along` and `across` are in units of the class means' root mean square length
 * @returns rows layer by layer, for each kind of pair and λ
 * @throws {RangeError} for no rows of λ = 1, a class without samples
 */
export function layerwise(mixed: MixedFeatures): LayerRow[] {
  return Object.entries(mixed.features).flatMap(([layer, features]) => {
    const { means, origin, unit } = directionsOf(features, mixed);
    const rows = channelSummary({ ...mixed, features, classifier: means, origin });
    const kinds = (['same', 'different'] as const).flatMap((kind) => [...new Set(mixed.lambda)].map((lambda) => ({ kind, lambda })));
    return kinds.flatMap(({ kind, lambda }): LayerRow[] => {
      const own = rows.filter((row) => row.lambda === lambda && (row.classA === row.classB) === (kind === 'same'));
      if (own.length === 0) return [];
      const mean = (key: (typeof statistics)[number], scale = 1): number | null => meanOf(own, key, scale);
      return [{
        layer, kind, lambda, pairs: own.length, alignment: mean('alignment'), along: mean('along', 1 / unit), across: mean('across', 1 / unit),
        offPlane: mean('offPlane'), amplification: mean('amplification'), linearityError: mean('linearityError')!,
      }];
    });
  });
}

/**
 * How much the statistics of two networks differ at each layer that both have: mean of |a − b| over kinds and λ.
 *
 * @returns by layer, then by statistic; a statistic that never occurs is left out
 */
export function compareLayers(a: readonly LayerRow[], b: readonly LayerRow[]): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const layers = [...new Set(a.map(({ layer }) => layer))].filter((layer) => b.some((row) => row.layer === layer));
  const differences = (layer: string, key: (typeof statistics)[number]): number[] => a.filter((row) => row.layer === layer).flatMap((row) => {
    const other = b.find((candidate) => candidate.layer === layer && candidate.kind === row.kind && candidate.lambda === row.lambda);
    return other && row[key] !== null && other[key] !== null ? [Math.abs(row[key] - other[key])] : [];
  });
  return Object.fromEntries(layers.map((layer) => [layer, Object.fromEntries(statistics.flatMap((key) => {
    const values = differences(layer, key);
    return values.length === 0 ? [] : [[key, values.reduce((sum, value) => sum + value, 0) / values.length]];
  }))]));
}
