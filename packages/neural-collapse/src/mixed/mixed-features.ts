import { hostTensor, type HostTensor, permutation, type Rng, toHost, type ToHostInput } from '@mixwell/tensor';
import { checkShare, checkWhole } from '../input/check.ts';
import { type Matrix, readLabels, readMatrix } from '../input/read.ts';

/** Whose mixtures the rows of features are, one after the other for each λ: row r · samples + n is of sample n and λ number r. */
export interface MixedPairs {
  /** Number of unmixed samples. */
  readonly samples: number;
  /** Weight of the sample itself, `[rows]`. */
  readonly lambda: Float64Array;
  /** Its partner, `[rows]`; it may be the sample itself. */
  readonly partner: Int32Array;
  /** Class of the sample, `[rows]`. */
  readonly classA: Int32Array;
  /** Class of the partner, `[rows]`. */
  readonly classB: Int32Array;
}

/** Features of mixed inputs, by the names that `extract` gave them. */
export interface MixedFeatures extends MixedPairs {
  /** Each `[rows, features]`. */
  readonly features: Readonly<Record<string, HostTensor<'float32'>>>;
}

export interface MixedPairsOptions {
  /** `[samples]` classes. */
  readonly labels: ToHostInput;
  /** In [0, 1]. Default 0.5, 0.6, … 1. Where 1 is among them, its rows are the unmixed samples. */
  readonly lambdas?: readonly number[];
  /** Partners of the samples for each λ, `[lambdas][samples]`. Default: permutations drawn from `rng`. */
  readonly permutations?: readonly ArrayLike<number>[];
  readonly rng?: Rng;
}

export interface MixedFeaturesInput extends MixedPairsOptions {
  /** `[samples, …]` */
  readonly inputs: ToHostInput;
  /**
   * Runs the network on mixed inputs `[rows, …]`; gives features `[rows, …]` by name: `{ last }`, or those of several layers. Evaluation mode is the usual choice; in training mode
   * batch norms see the mixed batch.
   */
  readonly extract: (inputs: HostTensor<'float32'>) => Readonly<Record<string, ToHostInput>> | Promise<Readonly<Record<string, ToHostInput>>>;
  /** Rows that go to `extract` at once. Default 500. */
  readonly batchSize?: number;
}

const DEFAULT_LAMBDAS = [0.5, 0.6, 0.7, 0.8, 0.9, 1];

function partnersOf({ permutations, rng }: MixedPairsOptions, lambdas: readonly number[], samples: number): Int32Array[] {
  if (permutations === undefined) {
    if (!rng) throw new TypeError('mixedPairs: either permutations or an rng must be given');
    return lambdas.map(() => permutation(rng, samples));
  }
  if (permutations.length !== lambdas.length) throw new RangeError(`mixedPairs: permutations must be one for each of ${lambdas.length} lambdas, got ${permutations.length}`);
  return permutations.map((partners, r) => {
    if (partners.length !== samples) throw new RangeError(`mixedPairs: permutations[${r}] must have ${samples} partners, got ${partners.length}`);
    const bad = Array.prototype.findIndex.call(partners, (partner: number) => !(Number.isInteger(partner) && partner >= 0 && partner < samples));
    if (bad !== -1) throw new RangeError(`mixedPairs: permutations[${r}][${bad}] must be a whole number in [0, ${samples}), got ${partners[bad]}`);
    return Int32Array.from(partners);
  });
}

/**
 * Pairs each sample with a partner for each λ.
 *
 * @throws {RangeError} for no lambdas or one outside [0, 1], a label that is no whole number ≥ 0, permutations that do not fit
 * @throws {TypeError} for neither permutations nor an rng
 */
export function mixedPairs(options: MixedPairsOptions): MixedPairs {
  const { lambdas = DEFAULT_LAMBDAS } = options;
  if (lambdas.length === 0) throw new RangeError('mixedPairs: lambdas must be at least one, got none');
  lambdas.forEach((lambda, r) => checkShare('mixedPairs', `lambdas[${r}]`, lambda));
  const host = toHost(options.labels);
  const samples = host.data.length;
  const labels = readLabels('mixedPairs', host, samples, Infinity);
  const partner = partnersOf(options, lambdas, samples);
  const rows = lambdas.length * samples;
  const all = Int32Array.from({ length: rows }, (_, row) => partner[Math.floor(row / samples)]![row % samples]!);
  return {
    samples,
    lambda: Float64Array.from({ length: rows }, (_, row) => lambdas[Math.floor(row / samples)]!),
    partner: all,
    classA: Int32Array.from({ length: rows }, (_, row) => labels[row % samples]!),
    classB: all.map((index) => labels[index]!),
  };
}

/** λ x + (1 − λ) x[partner] for some rows. */
function mixRows(inputs: Matrix, { samples, lambda, partner }: MixedPairs, from: number, to: number): Float32Array {
  const { columns, values } = inputs;
  const mixed = new Float32Array((to - from) * columns);
  for (let row = from; row < to; row++) {
    const [own, other, weight] = [(row % samples) * columns, partner[row]! * columns, lambda[row]!];
    for (let c = 0; c < columns; c++) mixed[(row - from) * columns + c] = weight * values[own + c]! + (1 - weight) * values[other + c]!;
  }
  return mixed;
}

/**
 * Features of mixed inputs, λ by λ: what {@link channelSummary}, {@link layerwise} and {@link projectThreeClasses} look at.
 *
 * @throws {RangeError} for inputs and labels of different length, or features that are not finite or have another number of rows; and as {@link mixedPairs} does
 */
export async function mixedFeatures({ inputs, extract, batchSize = 500, ...options }: MixedFeaturesInput): Promise<MixedFeatures> {
  checkWhole('mixedFeatures', 'batchSize', batchSize);
  const host = toHost(inputs);
  const matrix = readMatrix('mixedFeatures', 'inputs', host);
  const pairs = mixedPairs(options);
  if (pairs.samples !== matrix.rows) throw new RangeError(`mixedFeatures: labels must be one for each of ${matrix.rows} inputs, got ${pairs.samples}`);
  const rows = pairs.lambda.length;
  const features: Record<string, HostTensor<'float32'>> = {};
  for (let from = 0; from < rows; from += batchSize) {
    const to = Math.min(rows, from + batchSize);
    const extracted = await extract(hostTensor('float32', [to - from, ...host.shape.slice(1)], mixRows(matrix, pairs, from, to)));
    for (const [name, part] of Object.entries(extracted)) {
      const { rows: got, columns, values } = readMatrix('mixedFeatures', `features '${name}'`, part);
      if (got !== to - from) throw new RangeError(`mixedFeatures: features '${name}' must have ${to - from} rows, got ${got}`);
      features[name] ??= hostTensor('float32', [rows, columns], new Float32Array(rows * columns));
      features[name].data.set(values, from * columns);
    }
  }
  return { ...pairs, features };
}
