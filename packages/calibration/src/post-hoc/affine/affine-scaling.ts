import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { Matrix } from '../../inputs/predictions.ts';
import { minimiseConvex, type NewtonResult } from './newton.ts';
import { type AffineForm, affineRow, type Penalties, softmaxRegression } from './softmax-regression.ts';

/** How the fit of an affine map ended. */
export interface AffineFit {
  /** Bias of each class. */
  readonly bias: readonly number[];
  /** Mean NLL and penalties. */
  readonly objective: number;
  /** The largest partial derivative of the objective. */
  readonly gradient: number;
  readonly iterations: number;
  /** Whether `gradient` is below 1e-9. */
  readonly converged: boolean;
  readonly warnings: readonly string[];
}

const tolerance = 1e-9;

export function checkPenalties({ lambda, mu }: Penalties, caller: string): void {
  if (!(lambda >= 0 && lambda < Infinity)) throw new RangeError(`${caller}: lambda must be a number >= 0, got ${lambda}`);
  if (!(mu >= 0 && mu < Infinity)) throw new RangeError(`${caller}: mu must be a number >= 0, got ${mu}`);
}

/** Whether the map gives each label the largest output of its row. */
function separates(form: AffineForm, { rows, columns, values }: Matrix, labels: Int32Array, parameters: Float64Array): boolean {
  const u = new Float64Array(columns);
  for (let n = 0; n < rows; n++) {
    affineRow(form, parameters, values.subarray(n * columns, (n + 1) * columns), u);
    for (let k = 0; k < columns; k++) if (k !== labels[n] && u[k]! >= u[labels[n]!]!) return false;
  }
  return true;
}

function warningsOf(form: AffineForm, inputs: Matrix, labels: Int32Array, { lambda, mu }: Penalties, { x, converged, gradient, iterations }: NewtonResult): string[] {
  const seen = new Set(labels);
  const absent = mu > 0 ? [] : Array.from({ length: inputs.columns }, (_, k) => k).filter((k) => !seen.has(k));
  return [
    ...(lambda === 0 && mu === 0 && separates(form, inputs, labels, x) ? ['no optimum: every sample can be classified rightly, so that the NLL falls for ever as the weights grow; they are those at which its gradient became small'] : []),
    ...(absent.length > 0 && absent.length < inputs.columns ? [`no optimum: no sample of class ${absent.join(', ')}, whose bias falls for ever without a penalty mu`] : []),
    ...(converged ? [] : [`stopped after ${iterations} iterations at a gradient of ${gradient}`]),
  ];
}

/** The map from inputs to logits that minimises the mean NLL and its penalties, from the identity. */
export function fitAffine(form: AffineForm, inputs: Matrix, labels: Int32Array, penalties: Penalties): AffineFit & { readonly weights: Float64Array } {
  const classes = inputs.columns;
  const identity = form === 'vector' ? new Float64Array(2 * classes).fill(1, 0, classes) : new Float64Array((classes + 1) * classes);
  if (form === 'matrix') for (let i = 0; i < classes; i++) identity[i * (classes + 1)] = 1;
  const found = minimiseConvex(softmaxRegression(form, inputs, labels, penalties), identity, tolerance);
  const weights = found.x.slice(0, -classes);
  const bias = Array.from(found.x.subarray(-classes));
  const mean = penalties.mu === 0 ? bias.reduce((sum, b) => sum + b, 0) / classes : 0; // a constant changes no probability
  const { value: objective, gradient, iterations, converged } = found;
  return { weights, bias: bias.map((b) => b - mean), objective, gradient, iterations, converged, warnings: warningsOf(form, inputs, labels, penalties, found) };
}

/** W x + b of every row, `[n, classes]`. @throws RangeError where the map has another number of classes */
export function applyAffine(form: AffineForm, weights: readonly number[], bias: readonly number[], { rows, columns, values }: Matrix, caller: string): HostTensor<'float64'> {
  if (columns !== bias.length) throw new RangeError(`${caller}: the calibrator is for ${bias.length} classes, got ${columns}`);
  const parameters = Float64Array.from([...weights, ...bias]);
  const result = new Float64Array(rows * columns);
  for (let n = 0; n < rows; n++) affineRow(form, parameters, values.subarray(n * columns, (n + 1) * columns), result.subarray(n * columns, (n + 1) * columns));
  return hostTensor('float64', [rows, columns], result);
}
