import { writeFileAtomic } from '@mixwell/tensor/node';
import type { Comparison, MergeReport } from '../report/merge-report.ts';
import { reportFigures, shortNames } from '../report/report-specs.ts';

const digits = (value: number | null): string => (value === null ? '' : value.toPrecision(4));

function factsOf({ norms, signAgreement, kept }: Comparison): { readonly label: string; readonly value: string }[] {
  return [
    { label: 'norm of the result', value: digits(norms.merged) },
    { label: 'its distance from the base', value: digits(norms.delta) },
    { label: 'sign agreement', value: signAgreement === null ? 'none' : `${(100 * signAgreement).toFixed(1)} %` },
    ...(kept ? [{ label: 'kept by PCB-Merging', value: `${(100 * (kept.reduce((a, b) => a + b, 0) / kept.length)).toFixed(1)} %` }] : []),
  ];
}

async function html(report: MergeReport): Promise<string> {
  const { htmlReport } = await import('@mixwell/plots').catch((cause: unknown) => {
    throw new Error('--report of .html needs the package @mixwell/plots: npm install @mixwell/plots, or give a .json file', { cause });
  });
  const { method, models, tensors, total, dropped } = report;
  const figures = reportFigures(report).map(({ title, alt, spec }) => ({ kind: 'figure' as const, picture: spec, alt, caption: title }));
  const rows = tensors.map(({ name, action, shape, dtype, reason, comparison }) =>
    [name, action + (reason === undefined ? '' : ` (${reason})`), shape.join(' × '), dtype, comparison ? digits(comparison.norms.delta) : null, comparison ? digits(comparison.signAgreement) : null]);
  return htmlReport({
    title: `${method} of ${models.length} models`, subtitle: shortNames(models).join(', '), ...(total && { facts: factsOf(total) }),
    sections: [
      ...(figures.length > 0 ? [{ heading: 'Models', blocks: figures }] : []),
      { heading: 'Tensors', blocks: [{ kind: 'table', columns: ['tensor', 'what became of it', 'shape', 'type', 'distance from the base', 'sign agreement'], rows }, ...(dropped.length > 0 ? [{ kind: 'text' as const, text: `Left out: ${dropped.join(', ')}` }] : [])] },
    ],
  });
}

/** Writes a report as JSON, or as one HTML page with pictures. @throws {Error} where the package for pages is not there */
export async function writeReport(path: string, report: MergeReport): Promise<void> {
  await writeFileAtomic(path, path.endsWith('.html') ? await html(report) : `${JSON.stringify(report, null, 2)}\n`);
}
