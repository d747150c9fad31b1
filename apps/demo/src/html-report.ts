import { reliabilitySpec } from '@mixwell/calibration';
import type { MixGrid } from '@mixwell/mix-core';
import { type Figure, htmlReport, lineChart, type Section } from '@mixwell/plots';
import type { CurvePoint, DemoResults, DemoTimings, RunResult } from './results.ts';
import { percent, resultColumns, resultRows } from './results-table.ts';

/** Mixed images of one policy. */
export interface MixPicture {
  readonly title: string;
  readonly grid: MixGrid;
}

function summary({ runs }: DemoResults, timings: DemoTimings): Section {
  const plain = runs.find(({ name }) => name === 'none');
  const mixed = runs.find(({ name }) => name === 'mixup');
  const text = plain && mixed
    ? `Every network starts from the same weights and sees the same images for the same number of steps; only the mixing differs. Mixup leaves the network under-confident `
      + `(temperature ${mixed.calibrator.temperature.toFixed(2)}, against ${plain.calibrator.temperature.toFixed(2)} without mixing): its expected calibration error falls from `
      + `${percent(mixed.test.before.ece)} to ${percent(mixed.test.after.ece)} once the logits are divided by a temperature that was fitted on the validation images.`
    : '';
  return {
    heading: 'Results',
    blocks: [
      { kind: 'table', columns: resultColumns, rows: resultRows({ runs }, timings), caption: 'Test images; “scaled” is after temperature scaling' },
      { kind: 'text', text },
    ],
  };
}

function reliability({ runs }: DemoResults): Section {
  const figure = ({ title, reliability: data }: RunResult, when: 'before' | 'after'): Figure => {
    const label = `${title}, ${when} scaling`;
    return { picture: reliabilitySpec(data[when], { title: label, size: 220 }), alt: `Reliability diagram: ${label}, ECE ${percent(data[when].ece)}` };
  };
  return {
    heading: 'Can the confidence be trusted?',
    blocks: [
      { kind: 'text', text: 'A bar is the share of right answers among test images of that confidence. What lies between it and the confidence is red where the network is overconfident, light blue where it is underconfident. On the dashed line both agree.' },
      { kind: 'figures', figures: runs.map((run) => figure(run, 'before')) },
      { kind: 'figures', figures: runs.map((run) => figure(run, 'after')) },
    ],
  };
}

function curves({ runs }: DemoResults): Section {
  const rows = (pick: (run: RunResult) => readonly CurvePoint[]): Record<string, unknown>[] => runs.flatMap((run) => pick(run).map(({ epoch, value }) => ({ training: run.title, epoch, value })));
  const chart = (title: string, pick: (run: RunResult) => readonly CurvePoint[], yFormat?: string): Figure => ({
    picture: lineChart({ rows: rows(pick), x: 'epoch', y: 'value', series: 'training', title, xTitle: 'epochs', yTitle: title, width: 300, ...(yFormat !== undefined && { yFormat }) }),
    alt: `${title} of the networks over the epochs`,
  });
  return {
    heading: 'Learning curves',
    blocks: [
      { kind: 'figures', figures: [chart('training loss (mixed targets)', (run) => run.trainLoss), chart('validation NLL', (run) => run.validationNll), chart('validation accuracy', (run) => run.validationAccuracy, '.1%')] },
    ],
  };
}

/** 'a 7 with 30 % of a 3', row by row. */
function captionOf({ title, grid }: MixPicture, classNames: readonly string[]): string {
  const rows = grid.cells.filter(({ kind }) => kind === 'mixed').map(({ parts }) => parts
    .map(({ label, labelWeight }) => `${classNames[label ?? -1] ?? '?'} ${percent(labelWeight, 0)}`)
    .join(' + '));
  return `${title}, here with a λ for each image: two sources, the mask, the mixed image and its label: ${rows.join('; ')}`;
}

function mixing(pictures: readonly MixPicture[], classNames: readonly string[]): Section {
  return {
    heading: 'What the networks saw',
    blocks: [{ kind: 'figures', figures: pictures.map((picture) => ({ picture: picture.grid, alt: `Images mixed by ${picture.title}`, caption: captionOf(picture, classNames) })) }],
  };
}

function onnxSection({ onnx, runs }: DemoResults): Section {
  const run = runs.find(({ name }) => name === onnx.run)!;
  return {
    heading: 'The exported file',
    blocks: [
      {
        kind: 'table',
        columns: ['test images', 'trained network', 'model.onnx'],
        rows: [
          ['accuracy', percent(run.test.after.accuracy), percent(onnx.accuracy)],
          ['ECE', percent(run.test.after.ece, 4), percent(onnx.ece, 4)],
          ['largest difference of a probability', null, onnx.largestDifference.toExponential(1)],
        ],
        caption: `${run.title}; temperature ${run.calibrator.temperature.toFixed(3)} and softmax inside; opset ${onnx.opset}, ${onnx.operators} operators, ${(onnx.bytes / 1024).toFixed(0)} KiB; run by ${onnx.runtime}`,
      },
    ],
  };
}

function settingsSection({ settings: { mixing: policies, ...settings } }: DemoResults): Section {
  return { heading: 'Settings', blocks: [{ kind: 'table', columns: ['setting', 'value'], rows: [...Object.entries(settings), ...Object.entries(policies)] }] };
}

/** The self-contained page that the demo writes. */
export function demoHtml(results: DemoResults, timings: DemoTimings, pictures: readonly MixPicture[], classNames: readonly string[]): Promise<string> {
  const best = results.runs.find(({ name }) => name === results.onnx.run)!;
  return htmlReport({
    title: 'Mixwell: training with mixed images',
    subtitle: `${results.settings.data}, ${results.settings.trainImages.toLocaleString('en')} training images, ${results.settings.epochs} epochs, seed ${results.settings.seed}`,
    facts: [
      { label: 'Best network', value: percent(best.test.after.accuracy), note: `test accuracy, ${best.title}` },
      { label: 'ECE after scaling', value: percent(best.test.after.ece), note: `${percent(best.test.before.ece)} before` },
      { label: 'ONNX against training', value: results.onnx.largestDifference.toExponential(1), note: 'largest difference of a probability' },
      { label: 'Time', value: `${Math.round(timings.totalSeconds)} s`, note: 'three networks, calibration, export, checks' },
    ],
    sections: [summary(results, timings), reliability(results), curves(results), mixing(pictures, classNames), onnxSection(results), settingsSection(results)],
  });
}
