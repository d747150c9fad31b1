import type { HostTensor, ToHostInput } from '@mixwell/tensor';
import { checkShare } from '../check.ts';
import { readHost } from '../rows/read-host.ts';
import { readLabels } from '../rows/read-labels.ts';
import { principalPlane } from './principal-plane.ts';
import { SCHEMA, type VegaLiteSpec } from './vega-lite-spec.ts';

export interface EmbeddingPlaneInput {
  /** `[rows, dimensions]`: the plane is theirs. */
  readonly embeddings: ToHostInput;
  /** `[rows]`, whole numbers. */
  readonly labels: ToHostInput;
  /** Mixtures, and their labels relative to the anchor in [0, 1]: `[mixtures, dimensions]`, `[mixtures]`. */
  readonly mixed?: { readonly embeddings: ToHostInput; readonly lambda: ToHostInput };
  /** Names by label. Default: the labels. */
  readonly classNames?: Readonly<Record<number, string>>;
  /** Whether rows count as if they had length 1. Default true. */
  readonly normalize?: boolean;
  readonly title?: string;
  /** Width and height in pixels. Default 360. */
  readonly size?: number;
}

const pointsOf = ({ data }: HostTensor<'float64'>): { readonly x: number; readonly y: number }[] =>
  Array.from({ length: data.length / 2 }, (_, i) => ({ x: data[2 * i]!, y: data[2 * i + 1]! }));

function shares(input: ToHostInput, count: number): readonly number[] {
  const { shape, data } = readHost('embeddingPlaneSpec', 'mixed.lambda', input);
  if (shape.length !== 1 || shape[0] !== count) throw new RangeError(`embeddingPlaneSpec: mixed.lambda must have shape [${count}], got [${shape.join(', ')}]`);
  return Array.from(data as Float32Array, (value, i) => {
    checkShare('embeddingPlaneSpec', `mixed.lambda[${i}]`, value);
    return value;
  });
}

/**
 * Embeddings in the plane in which they vary most, coloured by class, and mixtures between them as crosses, the darker the more they are positives, as a Vega-Lite specification.
 *
 * @throws {RangeError} for shapes that do not fit, λ outside [0, 1], or what `principalPlane` refuses
 */
export function embeddingPlaneSpec({ embeddings, labels, mixed, classNames = {}, normalize = true, title = 'Embeddings', size = 360 }: EmbeddingPlaneInput): VegaLiteSpec {
  const { explained, project } = principalPlane(embeddings, { normalize });
  const points = pointsOf(project(embeddings));
  const own = readLabels('embeddingPlaneSpec', 'labels', labels, points.length);
  const name = (label: number): string => classNames[label] ?? String(label);
  const domain = [...new Set(own)].toSorted((a, b) => a - b).map(name);
  const between = mixed ? pointsOf(project(mixed.embeddings)) : [];
  const lambda = mixed ? shares(mixed.lambda, between.length) : [];
  const reach = 1.08 * [...points, ...between].reduce((most, { x, y }) => Math.max(most, Math.abs(x), Math.abs(y)), 0);
  // one square around all, so that angles are what they are
  const axis = (field: 'x' | 'y', share: number): object =>
    ({ field, type: 'quantitative', title: `component ${field === 'x' ? 1 : 2}: ${(100 * share).toFixed(0)} % of the variance`, scale: { domain: [-reach, reach], nice: false }, axis: { grid: false, tickCount: 5 } });
  const position = { x: axis('x', explained[0]), y: axis('y', explained[1]) };
  return {
    $schema: SCHEMA,
    title: { text: title, anchor: 'start' },
    width: size,
    height: size,
    resolve: { scale: { color: 'independent' } },
    layer: [
      {
        data: { values: points.map((point, i) => ({ ...point, class: name(own[i]!) })) },
        mark: { type: 'circle', size: 18, opacity: 0.75 },
        encoding: { ...position, color: { field: 'class', type: 'nominal', scale: { domain }, legend: { title: null, symbolOpacity: 1 } } },
      },
      ...(mixed
        ? [{
            data: { values: between.map((point, i) => ({ ...point, lambda: lambda[i] })) },
            mark: { type: 'point', shape: 'cross', size: 26, filled: true, opacity: 0.8 },
            encoding: { ...position, color: { field: 'lambda', type: 'quantitative', scale: { scheme: 'greys', domain: [-0.4, 1] }, legend: { title: 'label λ of mixtures', values: [0, 0.5, 1], gradientLength: 100 } } },
          }]
        : []),
    ],
  };
}
