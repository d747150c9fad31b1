import { eachBlock } from '../rows/each-block.ts';
import { type ArrayInput, type EventPredictions, type Matrix, type Predictions, readConfidence, readLabels, readScores } from './predictions.ts';
import { probabilityMatrix } from './softmax.ts';

/** What is predicted, and against what it is held. */
export type CalibrationMode =
  /** The probability of the most probable class, against "the label is that class". The first maximum wins a tie. */
  | 'top-label'
  /** Each class's probability against "the label is that class", one class after the other. */
  | 'classwise'
  /** The probability of class 1 (not the larger of the two) against the label, 0 or 1. */
  | 'binary';

/** What binned metrics look at: a confidence and whether the event it speaks of happened. */
export interface Events {
  readonly confidence: Float64Array;
  /** 0 or 1. */
  readonly outcome: Int32Array;
}

/** Confidence and correctness of the most probable class of each row. */
function topEvents(predictions: Predictions, labels: ArrayInput, caller: string): Events {
  const scores = readScores(predictions, caller);
  const y = readLabels(labels, scores.rows, scores.columns, caller);
  const confidence = new Float64Array(scores.rows);
  const outcome = new Int32Array(scores.rows);
  eachBlock(scores, caller, ({ start, rows, probabilities, facts }) => {
    for (let row = 0; row < rows; row++) {
      const best = facts[4 * row + 2]!;
      confidence[start + row] = probabilities[row * scores.columns + best]!;
      outcome[start + row] = best === y[start + row] ? 1 : 0;
    }
  });
  return { confidence, outcome };
}

/** One column of the probabilities against "the label is that class". */
export function classEvents({ rows, columns, values }: Matrix, labels: Int32Array, k: number): Events {
  const confidence = new Float64Array(rows);
  const outcome = new Int32Array(rows);
  for (let n = 0; n < rows; n++) {
    confidence[n] = values[n * columns + k]!;
    outcome[n] = labels[n] === k ? 1 : 0;
  }
  return { confidence, outcome };
}

/** Checked probabilities and labels of a metric over all classes. */
export function readClassified(predictions: Predictions, labels: ArrayInput, caller: string): { readonly matrix: Matrix; readonly labels: Int32Array } {
  const matrix = probabilityMatrix(predictions, caller);
  return { matrix, labels: readLabels(labels, matrix.rows, matrix.columns, caller) };
}

/** The mode that is meant where none is said. */
export function modeOf(predictions: Predictions | EventPredictions, mode: CalibrationMode | undefined, caller: string): CalibrationMode {
  if (mode !== undefined && !['top-label', 'classwise', 'binary'].includes(mode)) throw new RangeError(`${caller}: mode must be top-label, classwise or binary, got ${mode}`);
  if (!('confidence' in predictions)) return mode ?? 'top-label';
  if (mode === 'classwise') throw new RangeError(`${caller}: mode classwise needs { logits } or { probabilities }, got { confidence }`);
  return mode ?? 'binary';
}

/** Checked events: the top label of class predictions, the second of two classes in mode 'binary', or yes/no predictions as they are. */
export function readEvents(predictions: Predictions | EventPredictions, labels: ArrayInput, caller: string, mode?: 'top-label' | 'binary'): Events {
  if ('confidence' in predictions) {
    const confidence = readConfidence(predictions.confidence, caller);
    return { confidence, outcome: readLabels(labels, confidence.length, 2, caller) };
  }
  if (mode !== 'binary') return topEvents(predictions, labels, caller);
  const { matrix, labels: y } = readClassified(predictions, labels, caller);
  if (matrix.columns !== 2) throw new RangeError(`${caller}: mode binary needs two classes, got ${matrix.columns}`);
  return classEvents(matrix, y, 1);
}
