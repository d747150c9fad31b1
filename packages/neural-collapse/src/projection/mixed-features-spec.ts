import { type Matrix, checkSize, readLabels, readMatrix, readVector } from '../input/read.ts';
import type { MixedPairs } from '../mixed/mixed-features.ts';
import type { Projection } from './project-three-classes.ts';

/** A Vega-Lite specification: plain JSON. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

export interface MixedFeaturesSpecInput extends Projection, Pick<MixedPairs, 'lambda' | 'classA' | 'classB'> {
  /** The three classes, in the order of `projectThreeClasses`. Rows of other classes are left out. */
  readonly classes: readonly [number, number, number];
  /** Names of the three classes. Default: their numbers. */
  readonly classNames?: readonly [string, string, string];
  readonly title?: string;
  readonly subtitle?: string;
  /** Width and height of each of the two pictures in pixels. Default 300. */
  readonly size?: number;
}

const INK = '#20262e';
const HALF = '#d55e00';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly lambda: number;
  readonly kind: 'same' | 'different';
}

/** Both scales span one square around all points and 0, so that angles are what they are. */
function squareAround(points: readonly { readonly x: number; readonly y: number }[]): number {
  return 1.15 * points.reduce((most, { x, y }) => Math.max(most, Math.abs(x), Math.abs(y)), 0);
}

/** Lines from 0: to each class, or away from one, which is the boundary of the other two. */
function rays({ classCoordinates }: Projection, names: readonly string[], reach: number, sign: 1 | -1): object[] {
  const { data } = classCoordinates;
  return names.map((name, k) => {
    const length = Math.hypot(data[2 * k]!, data[2 * k + 1]!);
    const [x, y] = [0, 1].map((axis) => (sign * reach * data[2 * k + axis]!) / length) as [number, number];
    return { name, x, y, labelX: 1.08 * x, labelY: 1.08 * y };
  });
}

function panel(title: string, points: readonly Point[], input: MixedFeaturesSpecInput, reach: number): object {
  const { classes, classNames = classes.map(String), size = 300 } = input;
  const half = 1.2 * reach;
  const axis = (field: string): object => ({ field, type: 'quantitative', axis: null, scale: { domain: [-half, half], nice: false } });
  const from = { x2: { datum: 0 }, y2: { datum: 0 } };
  const position = { x: axis('x'), y: axis('y') };
  return {
    title: { text: title, anchor: 'middle', fontSize: 12, fontWeight: 400 },
    width: size,
    height: size,
    layer: [
      { data: { values: rays(input, classNames, reach, -1) }, mark: { type: 'rule', color: '#8a929c', strokeDash: [3, 3] }, encoding: { ...position, ...from } },
      { data: { values: rays(input, classNames, reach, 1) }, mark: { type: 'rule', color: INK, strokeWidth: 1.2 }, encoding: { ...position, ...from } },
      { data: { values: rays(input, classNames, reach, 1) }, mark: { type: 'text', color: INK }, encoding: { x: axis('labelX'), y: axis('labelY'), text: { field: 'name' } } },
      {
        data: { values: points.filter(({ lambda }) => lambda !== 0.5) },
        mark: { type: 'circle', size: 9, opacity: 0.55 },
        encoding: { ...position, color: { field: 'lambda', type: 'quantitative', scale: { scheme: 'viridis', domain: [0, 1] }, legend: { title: 'λ', gradientLength: 120 } } },
      },
      { data: { values: points.filter(({ lambda }) => lambda === 0.5) }, mark: { type: 'circle', size: 13, opacity: 0.7, color: HALF }, encoding: position },
    ],
  };
}

function pointsOf(input: MixedFeaturesSpecInput): Point[] {
  const { coordinates, classes } = input;
  const matrix: Matrix = readMatrix('mixedFeaturesSpec', 'coordinates', coordinates);
  checkSize('mixedFeaturesSpec', 'coordinates', matrix, null, 2);
  const labels = (name: 'classA' | 'classB'): Int32Array => readLabels('mixedFeaturesSpec', input[name], matrix.rows, Infinity, name);
  const [a, b, lambda] = [labels('classA'), labels('classB'), readVector('mixedFeaturesSpec', 'lambda', input.lambda, matrix.rows)];
  return Array.from(lambda, (weight, n): Point => ({ x: matrix.values[2 * n]!, y: matrix.values[2 * n + 1]!, lambda: weight, kind: a[n] === b[n] ? 'same' : 'different' }))
    .filter((_, n) => classes.includes(a[n]!) && classes.includes(b[n]!));
}

/**
 * The picture of mixed features of three classes as a Vega-Lite specification: mixtures within a class on the left, of two classes on the right, coloured by λ, those of λ = 1/2 in
 * orange. Solid lines are the directions of the classes, dashed ones the decision boundaries between the other two.
 *
 * @param input what `projectThreeClasses` gave, with the λ and classes of the rows
 * @throws {RangeError} for shapes that do not fit, or no row of the three classes
 */
export function mixedFeaturesSpec(input: MixedFeaturesSpecInput): VegaLiteSpec {
  const { title = 'Features of mixed inputs', subtitle } = input;
  const points = pointsOf(input);
  if (points.length === 0) throw new RangeError(`mixedFeaturesSpec: classA and classB must hold rows of the classes ${input.classes.join(', ')}, got none`);
  const reach = squareAround(points);
  const of = (kind: Point['kind']): Point[] => points.filter((point) => point.kind === kind);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, ...(subtitle === undefined ? {} : { subtitle }), anchor: 'start' },
    hconcat: [panel('same class', of('same'), input, reach), panel('different classes', of('different'), input, reach)],
  };
}
