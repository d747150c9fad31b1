import { calibrationReport, softmax } from '@mixwell/calibration';
import { channelCoordinates, channelSummary, mixedTarget, type MixedPair, optimalFeature, squaredErrorLoss } from '@mixwell/neural-collapse';
import { quantile } from '../../harness/statistics.ts';
import type { Way } from './collapse-step.ts';
import type { CollapseRun } from './train-collapse.ts';

/** The numbers of one run that claims are about. */
export interface RunStatistics {
  /** Share of wrong answers for unmixed training images, after the last epoch. */
  readonly trainError: number;
  readonly testAccuracy: number;
  readonly ece: number;
  /** Share of the wrong answers for test images whose confidence is above 0.9; 0 without wrong answers, as below. */
  readonly sureMistakes: number;
  /** Share of the wrong answers whose feature lies nearer to the decision boundary of both classes than half of the mixtures with λ = 1/2. */
  readonly mistakesInChannel: number;
  /** Medians over pairs of classes (and λ < 1) of the mean features. */
  readonly alignment: number;
  readonly amplification: number;
  readonly linearityError: number;
  /** From what is optimal for the network's own classifier. */
  readonly distanceSame: number;
  readonly distanceDifferent: number;
}

const SURE = 0.9;

const median = (values: readonly number[]): number => quantile(values, 0.5);

function geometry({ mixed, classifier }: CollapseRun, { loss }: Way, mu: number): Pick<RunStatistics, 'alignment' | 'amplification' | 'linearityError' | 'distanceSame' | 'distanceDifferent'> {
  const numClasses = classifier.shape[0]!;
  const rule = loss === 'squared error' ? { loss: squaredErrorLoss } : {};
  const optimum = (pair: MixedPair): Float64Array => optimalFeature({ classifier, target: mixedTarget(numClasses, pair), mu, ...rule }).feature;
  const rows = channelSummary({ ...mixed, features: mixed.features['head']!, classifier, optimum }).filter(({ lambda }) => lambda < 1);
  const [same, different] = [rows.filter(({ classA, classB }) => classA === classB), rows.filter(({ classA, classB }) => classA !== classB)];
  return {
    alignment: median(same.map((row) => row.alignment!)),
    amplification: median(different.flatMap((row) => row.amplification ?? [])),
    linearityError: median(different.filter(({ lambda }) => lambda === 0.5).map((row) => row.linearityError)),
    distanceSame: median(same.map((row) => row.distanceToOptimum!)),
    distanceDifferent: median(different.map((row) => row.distanceToOptimum!)),
  };
}

/** Whether wrong answers lie in the channel of the two classes: that of the label and that of the answer. */
function mistakesInChannel({ mixed, classifier, test }: CollapseRun, mistakes: readonly number[], answers: Int32Array): number {
  if (mistakes.length === 0) return 0;
  const half = Int32Array.from(mixed.lambda.keys()).filter((row) => mixed.lambda[row] === 0.5 && mixed.classA[row] !== mixed.classB[row]);
  const acrossOf = (features: { readonly shape: readonly number[]; readonly data: Float32Array }, rows: ArrayLike<number>, classA: ArrayLike<number>, classB: ArrayLike<number>): number[] => {
    const d = features.shape[1]!;
    const taken = Float32Array.from({ length: rows.length * d }, (_, at) => features.data[rows[Math.floor(at / d)]! * d + (at % d)]!);
    return [...channelCoordinates({ features: { shape: [rows.length, d], data: taken }, classA: Int32Array.from(classA), classB: Int32Array.from(classB), classifier }).across].map(Math.abs);
  };
  const width = median(acrossOf(mixed.features['head']!, half, half.map((row) => mixed.classA[row]!), half.map((row) => mixed.classB[row]!)));
  const across = acrossOf(test.features, mistakes, mistakes.map((row) => test.labels.data[row]!), mistakes.map((row) => answers[row]!));
  return across.filter((value) => value < width).length / across.length;
}

export function runStatistics(run: CollapseRun, way: Way, mu: number): RunStatistics {
  const { logits, labels } = run.test;
  const { accuracy, ece } = calibrationReport({ logits }, labels);
  const probabilities = softmax(logits);
  const [rows, classes] = logits.shape as [number, number];
  const rowOf = (n: number): Float64Array => Float64Array.from(probabilities.data.subarray(n * classes, (n + 1) * classes));
  const answers = Int32Array.from({ length: rows }, (_, n) => { const row = rowOf(n); return row.indexOf(Math.max(...row)); });
  const mistakes = Array.from(labels.data.keys()).filter((n) => answers[n] !== labels.data[n]);
  return {
    trainError: run.epochs.at(-1)!.error,
    testAccuracy: accuracy,
    ece,
    sureMistakes: mistakes.filter((n) => Math.max(...rowOf(n)) > SURE).length / Math.max(1, mistakes.length),
    mistakesInChannel: mistakesInChannel(run, mistakes, answers),
    ...geometry(run, way, mu),
  };
}
