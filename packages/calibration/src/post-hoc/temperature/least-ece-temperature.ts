import { expectedCalibrationError } from '../../binned/expected-calibration-error.ts';
import type { Matrix } from '../../inputs/predictions.ts';
import type { TriedTemperature } from './least-squares-temperature.ts';

/** Temperatures that are tried: 0.1, 0.2, …, 10. */
const tried = 100;

/**
 * The temperature among 0.1, 0.2, …, 10 whose ECE (15 bins of equal width, most probable class) is smallest, the lowest of several: what FLSD and MbLS report
 * after temperature scaling. Mukhoti et al., 2020 (arXiv 2002.09437).
 *
 * @param shifted logits `[n, classes]`, the largest of each row 0
 */
export function leastEceTemperature({ rows, columns, values }: Matrix, labels: Int32Array): TriedTemperature {
  const outcome = Int32Array.from({ length: rows }, (_, n) => (values.indexOf(0, n * columns) === n * columns + labels[n]! ? 1 : 0));
  const confidence = new Float64Array(rows);
  let [temperature, least] = [0, Infinity];
  for (let i = 1; i <= tried; i++) {
    for (let n = 0; n < rows; n++) {
      let sum = 0;
      for (let k = n * columns; k < (n + 1) * columns; k++) sum += Math.exp((10 * values[k]!) / i);
      confidence[n] = 1 / sum;
    }
    const { value } = expectedCalibrationError({ confidence }, outcome);
    if (value < least) [temperature, least] = [i / 10, value];
  }
  const isAtBound = temperature === 0.1 || temperature === tried / 10;
  return { temperature, iterations: tried, warnings: isAtBound ? [`the temperature of least ECE may lie outside [0.1, ${tried / 10}]`] : [] };
}
