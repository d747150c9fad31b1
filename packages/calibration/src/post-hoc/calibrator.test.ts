import { describe, expect, it } from 'vitest';
import { drawnPredictions, matrixOf } from '../fixtures.ts';
import { softmax } from '../inputs/softmax.ts';
import { fitDirichlet } from './affine/dirichlet-scaling.ts';
import { fitMatrixScaling } from './affine/matrix-scaling.ts';
import { fitVectorScaling } from './affine/vector-scaling.ts';
import { fitBeta } from './binary/beta-calibration.ts';
import { applyBinary, type BinaryCalibrator } from './binary/binary-calibrator.ts';
import { fitHistogram } from './binary/histogram-binning.ts';
import { fitIsotonic } from './binary/isotonic-regression.ts';
import { fitOneVsRest, fitTopLabel } from './binary/multiclass.ts';
import { fitPlatt } from './binary/platt-scaling.ts';
import { applyCalibrator, type Calibrator } from './calibrator.ts';
import { calibratorFromJSON } from './calibrator-from-json.ts';
import { fitEnsembleTemperature } from './temperature/ensemble-temperature.ts';
import { fitTemperature } from './temperature/temperature-scaling.ts';

const { logits, labels } = drawnPredictions(3, 200, 3, 2);
const scores = softmax(logits).data.filter((_, i) => i % 3 === 0);
const outcomes = labels.map((y) => (y === 0 ? 1 : 0));

const multiclass: readonly Calibrator[] = [
  fitTemperature(logits, labels), fitEnsembleTemperature(logits, labels), fitVectorScaling(logits, labels), fitMatrixScaling(logits, labels), fitDirichlet({ logits }, labels),
  fitOneVsRest('isotonic', { logits }, labels), fitOneVsRest('platt', { logits }, labels), fitTopLabel('beta', { logits }, labels), fitTopLabel('histogram', { logits }, labels),
];
const binary: readonly BinaryCalibrator[] = [fitPlatt(scores, outcomes), fitBeta(scores, outcomes), fitIsotonic(scores, outcomes), fitHistogram(scores, outcomes)];

describe.each(multiclass.map((calibrator) => [calibrator.type, calibrator] as const))('a calibrator %s', (_, calibrator) => {
  it('is the same after JSON', () => {
    const copy = calibratorFromJSON(JSON.stringify(calibrator));
    expect(copy).toEqual(calibrator);
    expect(applyCalibrator(copy as Calibrator, { logits })).toEqual(applyCalibrator(calibrator, { logits }));
  });

  it('gives rows of probabilities, for logits and for probabilities', () => {
    const { shape, data } = applyCalibrator(calibrator, { logits });
    expect(shape).toEqual([200, 3]);
    for (let n = 0; n < 200; n++) expect(data[3 * n]! + data[3 * n + 1]! + data[3 * n + 2]!).toBeCloseTo(1, 12);
    const probabilities = softmax(logits);
    // log p is not z, which matters to maps that are not alike in all classes
    if (calibrator.type !== 'vector' && calibrator.type !== 'matrix') applyCalibrator(calibrator, { probabilities }).data.forEach((p, i) => expect(p).toBeCloseTo(data[i]!, 6));
  });
});

it.each(binary.map((calibrator) => [calibrator.type, calibrator] as const))('a binary calibrator %s is the same after JSON', (_, calibrator) => {
  const copy = calibratorFromJSON(JSON.stringify(calibrator));
  expect(copy).toEqual(calibrator);
  expect(applyBinary(copy as BinaryCalibrator, scores)).toEqual(applyBinary(calibrator, scores));
});

describe('calibratorFromJSON', () => {
  it('does not lose a field: each must be there and be of its kind', () => {
    for (const calibrator of [...multiclass, ...binary]) {
      for (const name of Object.keys(calibrator)) {
        for (const wrong of [undefined, null, 'x', [null], {}]) {
          expect(() => calibratorFromJSON(JSON.stringify({ ...calibrator, [name]: wrong })), `${calibrator.type}.${name}`).toThrow(/^calibratorFromJSON: calibrator/);
        }
      }
      expect(() => calibratorFromJSON(JSON.stringify({ ...calibrator, more: 1 }))).toThrow(/without other fields, got "more"/);
    }
  });

  it.each([
    ['{', /JSON/],
    ['3', 'calibrator must be an object, got 3'],
    ['{"type":"spline"}', /calibrator.type must be one of temperature, .*got "spline"/],
    [JSON.stringify({ ...multiclass[0], version: 2 }), 'calibrator.version must be 1, got 2'],
    [JSON.stringify({ ...multiclass[0], temperature: 0 }), 'calibrator.temperature must be a number > 0, got 0'],
    [JSON.stringify({ ...multiclass[1], weights: [0.5, 0.5, 0.5] }), 'calibrator.weights must be three numbers whose sum is 1, got an array'],
    [JSON.stringify({ ...multiclass[2], bias: [0] }), 'calibrator.weights must be as long as bias (1), got 3'],
    [JSON.stringify({ ...multiclass[3], weights: [[1, 0, 0], [0, 1], [0, 0, 1]] }), 'calibrator.weights[1] must be as long as bias (3), got 2'],
    [JSON.stringify({ ...binary[2], x: [1, 1], y: [0, 1] }), 'calibrator.x must be growing'],
    [JSON.stringify({ ...binary[2], x: [0, 1, 2], y: [0, 1, 0.5] }), 'calibrator.y must be monotone'],
    [JSON.stringify({ ...binary[3], values: [1] }), 'calibrator.values must be one more than edges (15), got 1'],
    [JSON.stringify({ ...multiclass[5], maps: [binary[0], binary[1]] }), 'calibrator.maps[1].type must be that of the first (platt), got "beta"'],
    [JSON.stringify({ ...multiclass[7], map: { type: 'beta' } }), 'calibrator.map.version must be 1, got undefined'],
  ])('refuses %s', (json, message) => {
    expect(() => calibratorFromJSON(json)).toThrow(message);
  });
});

it('names other numbers of classes', () => {
  for (const calibrator of multiclass.filter(({ type }) => ['vector', 'matrix', 'dirichlet', 'one-vs-rest'].includes(type))) {
    expect(() => applyCalibrator(calibrator, { logits: matrixOf([[1, 2]]) })).toThrow('the calibrator is for 3 classes, got 2');
  }
});
