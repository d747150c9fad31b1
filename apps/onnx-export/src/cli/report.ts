import { digits } from '../digits.ts';
import type { ExportedOnnx } from '../export-onnx.ts';
import type { Parity } from '../parity/check-parity.ts';
import type { ParityCheck } from '../parity/compare.ts';
import type { Speed } from '../runtime/measure-speed.ts';
import type { ExportSource } from '../source/source.ts';
import type { CheckReport } from './run-check.ts';

/** All that is known about a file that was written. */
export interface Report {
  readonly source: ExportSource;
  readonly file: string;
  readonly bytes: number;
  /** The second file, where there is one. */
  readonly data?: { readonly file: string; readonly bytes: number };
  readonly model: ExportedOnnx['model'];
  /** Of the written file. */
  readonly parity: Parity;
  readonly speed: readonly Speed[];
}

/** Operators by name, the most frequent first. */
function operatorCounts({ graph }: Report['model']): [string, number][] {
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

function fileSize(bytes: number): string {
  const [unit, scale] = bytes < 2 ** 20 ? ['KiB', 2 ** 10] : ['MiB', 2 ** 20];
  return `${(bytes / scale).toFixed(1)} ${unit}`;
}

/** Why the tolerance of a check is not the tolerance. */
function widened({ inputs, scale, allowed }: ParityCheck): string {
  if (scale === 1) return '';
  return `, allowed ${digits(allowed)}: ${inputs === 'large' ? `logits reach ${digits(scale)}` : 'the network amplifies rounding here'}`;
}

/** One line per check. */
export function checkLine(check: ParityCheck): string {
  const { inputs, batch, maxAbsDiff, passed, problem } = check;
  return `  ${passed ? 'ok  ' : 'FAIL'}  ${inputs.padEnd(7)}  batch ${String(batch).padEnd(2)}  ${problem ?? `largest difference ${digits(maxAbsDiff)}${widened(check)}`}`;
}

const values = (infos: Report['model']['graph']['inputs']): string => infos.map(({ name, dtype, dims }) => `${name} ${dtype} [${dims!.join(', ')}]`).join(', ');

/** What was exported, and what the lines of the checks mean. */
export function headLines(source: ExportSource, { model, parity: { runtime, reference, atol }, logitsParity }: ExportedOnnx): string[] {
  return [
    `${source.name}: ${source.parameters.toLocaleString('en')} parameters, ${values(model.graph.inputs)} → ${values(model.graph.outputs)}`,
    `the file in ${runtime} against the network in ${reference}, tolerance ${atol}:`,
    ...(logitsParity ? [`  ok    logits   all ${logitsParity.checks.length}     largest difference ${digits(logitsParity.maxAbsDiff)}, before the ${model.metadata?.['mixwell.calibrator'] === undefined ? 'softmax' : 'calibrator'}`] : []),
  ];
}

const unitOf = ({ inputs }: ExportSource): string => (inputs[0]!.shape.length === 3 ? 'images' : 'examples');

function speedLine(source: ExportSource, speed: readonly Speed[]): string {
  const rate = (perSecond: number): string => `${Number(perSecond.toPrecision(3)).toLocaleString('en')} ${unitOf(source)}/s`;
  return `speed: ${speed.map(({ batch, perSecond }) => `${rate(perSecond)} at batch ${batch}`).join(', ')}`;
}

const sizesText = ({ file, bytes, data }: Pick<Report, 'file' | 'bytes' | 'data'>): string => `${file}: ${fileSize(bytes)}${data ? `, and ${data.file}: ${fileSize(data.bytes)}` : ''}`;

/** How a file that was there already compares. */
export function checkedLines(report: CheckReport): string[] {
  const { source, parity: { runtime, reference, atol, checks, passed } } = report;
  return [
    `${sizesText(report)}, in ${runtime} against ${source.name} in ${reference}, tolerance ${atol}:`,
    ...checks.map(checkLine),
    speedLine(source, report.speed),
    passed ? 'every check passed' : `${checks.filter((check) => !check.passed).length} of ${checks.length} checks failed`,
  ];
}

/** The same as plain data. */
export function checkedJson({ source, file, bytes, data, parity, speed }: CheckReport): object {
  return { file, bytes, ...(data && { data }), network: source.name, parameters: source.parameters, parity: parityJson(parity), speed };
}

/** What was written, and how fast it is. */
export function tailLines(report: Report): string[] {
  const { source, model, speed } = report;
  const counts = operatorCounts(model);
  const most = counts.slice(0, 4).map(([op, count]) => `${count} ${op}`);
  return [
    speedLine(source, speed),
    `wrote ${sizesText(report)}, opset ${model.opset['']}, ${model.graph.nodes.length} operators (${most.join(', ')}${counts.length > most.length ? ', …' : ''})`,
  ];
}

/** The checks as plain data. */
export function parityJson({ passed, atol, maxAbsDiff, runtime, reference, checks }: Parity): object {
  return { passed, atol, maxAbsDiff, runtime, reference, checks };
}

/** The whole report as plain data. */
export function reportJson({ source, file, bytes, data, model, parity, speed }: Report): object {
  return {
    file,
    bytes,
    ...(data && { data }),
    network: source.name,
    parameters: source.parameters,
    opset: model.opset[''],
    inputs: model.graph.inputs,
    outputs: model.graph.outputs,
    operators: Object.fromEntries(operatorCounts(model)),
    parity: parityJson(parity),
    speed,
    metadata: model.metadata,
  };
}
