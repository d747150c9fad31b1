import { foldClasses, calibrationErrorOf, type CalibrationNorm } from '../binned/expected-calibration-error.ts';
import { checkBins, checkRule, defaultBins, type EdgeRule } from '../binned/bins.ts';
import { meansOf, widthEdges } from '../binned/bin-totals.ts';
import { overUnderOf } from '../binned/over-under-confidence.ts';
import { sumAt } from '../inputs/compensated-sum.ts';
import type { Events } from '../inputs/events.ts';
import { type ArrayInput, type Predictions, readLabels, readScores } from '../inputs/predictions.ts';
import { diagramOf, type ReliabilityData } from '../reliability/reliability-diagram.ts';
import { addRows, addTally, classMeans, type Tally, tallyOf } from './tally.ts';

export interface CalibrationStreamOptions {
  /** Number of classes, at least 1. */
  readonly classes: number;
  /** Number of bins of equal width. Default 15. */
  readonly bins?: number;
  /** Default 'right'. */
  readonly rule?: EdgeRule;
}

/** What has been seen so far. Its size depends on classes and bins, not on rows; plain data that can be cloned and sent to a worker. */
export type CalibrationStream = Tally;

/** Metrics that are sums over rows: taken chunk by chunk they are what they are of all rows at once, to rounding. */
export interface StreamedCalibration {
  readonly n: number;
  readonly classes: number;
  readonly settings: { readonly bins: number; readonly rule: EdgeRule; readonly binning: 'width'; readonly mode: 'top-label' };
  readonly accuracy: number;
  readonly meanConfidence: number;
  readonly nll: number;
  /** Labels whose probability was raised to 1e-12 in the NLL; 0 for logits. */
  readonly clipped: number;
  readonly brier: number;
  readonly ece: number;
  readonly mce: number;
  readonly rmsCe: number;
  /** The plain mean over bins that are not empty. */
  readonly averageCe: number;
  readonly classwiseEce: number;
  /** `[classes]` */
  readonly classwiseEcePerClass: readonly number[];
  readonly overconfidence: number;
  readonly underconfidence: number;
  /** Mean confidence − accuracy. */
  readonly signedCe: number;
}

/**
 * Metrics of data that does not fit into memory: start with this, {@link addToCalibration} each chunk, read {@link streamedCalibration} whenever you like.
 *
 * Exact are all metrics that are sums over rows (see {@link StreamedCalibration}, and {@link streamedDiagram}). Those that need all rows in order (equal mass, sweep, KS,
 * smooth ECE, MMCE, AURC) are not among them: keep the confidences of the chunks (9 bytes a row) and give them to those functions as `{ confidence }`. SKCE and Nixon's ACE
 * need whole rows: take a part.
 *
 * @throws {RangeError} for classes or bins < 1
 */
export function calibrationStream(options: CalibrationStreamOptions): CalibrationStream {
  const { classes, bins = defaultBins, rule = 'right' } = options;
  if (!Number.isInteger(classes) || classes < 1) throw new RangeError(`calibrationStream: classes must be a whole number >= 1, got ${classes}`);
  checkBins(bins, 'calibrationStream');
  checkRule(rule, 'calibrationStream');
  return tallyOf(classes, bins, rule);
}

/**
 * Adds a chunk to the stream, in place, and returns its confidences and outcomes (the most probable class), for metrics that need them in order.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[rows, classes]`
 * @param labels `[rows]` classes
 * @throws {RangeError} naming the first bad row of the chunk; the stream is as it was before
 */
export function addToCalibration(stream: CalibrationStream, predictions: Predictions, labels: ArrayInput): Events {
  const name = 'addToCalibration';
  const scores = readScores(predictions, name);
  if (scores.columns !== stream.classes) throw new RangeError(`${name}: predictions must have the stream's ${stream.classes} classes, got ${scores.columns}`);
  const y = readLabels(labels, scores.rows, scores.columns, name);
  const chunk = tallyOf(stream.classes, stream.bins, stream.rule);
  const events = { confidence: new Float64Array(scores.rows), outcome: new Int32Array(scores.rows) };
  addRows(chunk, scores, y, name, (row, confidence, correct) => {
    events.confidence[row] = confidence;
    events.outcome[row] = correct;
  });
  addTally(stream, chunk);
  return events;
}

/**
 * Adds what another stream of the same classes and bins has seen, say in a worker, in place.
 *
 * @throws {RangeError} where classes, bins or rule differ
 */
export function mergeCalibration(into: CalibrationStream, from: CalibrationStream): void {
  for (const key of ['classes', 'bins', 'rule'] as const) {
    if (into[key] !== from[key]) throw new RangeError(`mergeCalibration: ${key} must be the same in both streams, got ${into[key]} and ${from[key]}`);
  }
  addTally(into, from);
}

const top = { binning: 'width', mode: 'top-label' } as const;

function checkSeen({ n }: CalibrationStream, caller: string): void {
  if (n === 0) throw new RangeError(`${caller}: no samples yet`);
}

/** All that the stream knows, at any time. @throws {RangeError} before the first chunk */
export function streamedCalibration(stream: CalibrationStream): StreamedCalibration {
  checkSeen(stream, 'streamedCalibration');
  const { n, classes, bins, rule, correct, clipped, sums } = stream;
  const means = meansOf(stream.top, n, widthEdges(bins));
  const error = (norm: CalibrationNorm): number => calibrationErrorOf(means, norm);
  const perClass = Float64Array.from(classMeans(stream), (set) => calibrationErrorOf(set, 'l1'));
  const { over, under } = overUnderOf(means);
  const meanConfidence = sumAt(sums.confidence, 0) / n;
  return {
    n,
    classes,
    settings: { bins, rule, ...top },
    accuracy: correct / n,
    meanConfidence,
    nll: sumAt(sums.nll, 0) / n,
    clipped,
    brier: sumAt(sums.brier, 0) / n,
    ece: error('l1'),
    mce: error('max'),
    rmsCe: error('l2'),
    averageCe: error('average'),
    classwiseEce: foldClasses(perClass, 'l1'),
    classwiseEcePerClass: [...perClass],
    overconfidence: over,
    underconfidence: under,
    signedCe: meanConfidence - correct / n,
  };
}

/** The reliability diagram of the most probable class. @throws {RangeError} before the first chunk */
export function streamedDiagram(stream: CalibrationStream): ReliabilityData {
  checkSeen(stream, 'streamedDiagram');
  const { n, bins, rule } = stream;
  return diagramOf(meansOf(stream.top, n, widthEdges(bins)), { bins, rule, ...top });
}
