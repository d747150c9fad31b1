import { type ArrayInput, type EventPredictions, type Matrix, type Predictions, readConfidence, readLabels } from './predictions.ts';
import { probabilityMatrix } from './softmax.ts';

/** What binned metrics look at: a confidence and whether the event it speaks of happened. */
export interface Events {
  readonly confidence: Float64Array;
  /** 0 or 1. */
  readonly outcome: Int32Array;
}

/** Confidence and correctness of the most probable class; the first maximum wins a tie. */
export function topLabel({ rows, columns, values }: Matrix, labels: Int32Array): Events {
  const confidence = new Float64Array(rows);
  const outcome = new Int32Array(rows);
  for (let n = 0; n < rows; n++) {
    let best = 0;
    for (let k = 1; k < columns; k++) if ((values[n * columns + k] as number) > (values[n * columns + best] as number)) best = k;
    confidence[n] = values[n * columns + best] as number;
    outcome[n] = best === labels[n] ? 1 : 0;
  }
  return { confidence, outcome };
}

/** One column of the probabilities against "the label is that class". */
export function classEvents({ rows, columns, values }: Matrix, labels: Int32Array, k: number): Events {
  const confidence = new Float64Array(rows);
  const outcome = new Int32Array(rows);
  for (let n = 0; n < rows; n++) {
    confidence[n] = values[n * columns + k] as number;
    outcome[n] = labels[n] === k ? 1 : 0;
  }
  return { confidence, outcome };
}

/** Checked probabilities and labels of a metric over all classes. */
export function readClassified(predictions: Predictions, labels: ArrayInput, caller: string): { matrix: Matrix; labels: Int32Array } {
  const matrix = probabilityMatrix(predictions, caller);
  return { matrix, labels: readLabels(labels, matrix.rows, matrix.columns, caller) };
}

/** Checked events of a binned metric: the top label of class predictions, or yes/no predictions as they are. */
export function readEvents(predictions: Predictions | EventPredictions, labels: ArrayInput, caller: string): Events {
  if ('confidence' in predictions) {
    const confidence = readConfidence(predictions.confidence, caller);
    return { confidence, outcome: readLabels(labels, confidence.length, 2, caller) };
  }
  const read = readClassified(predictions, labels, caller);
  return topLabel(read.matrix, read.labels);
}
