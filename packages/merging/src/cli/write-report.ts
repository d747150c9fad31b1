import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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

type Pages = typeof import('@mixwell/plots');

function page({ htmlReport }: Pages, report: MergeReport): Promise<string> {
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

/**
 * What writes a report to a path: as JSON, or as one HTML page with pictures. It is asked for before the merge, so that nobody merges for hours in vain.
 *
 * @throws {Error} where the folder, or the package for pages, is not there
 */
export async function reportWriter(path: string): Promise<(report: MergeReport) => Promise<void>> {
  await access(dirname(resolve(path))).catch((cause: unknown) => {
    throw new Error(`--report: ${path}: the folder is not there`, { cause });
  });
  if (!path.endsWith('.html')) return (report) => writeFileAtomic(path, `${JSON.stringify(report, null, 2)}\n`);
  const pages = await import('@mixwell/plots').catch((cause: unknown) => {
    throw new Error('--report: .html needs the package @mixwell/plots: npm install @mixwell/plots, or give a .json file', { cause });
  });
  return async (report) => writeFileAtomic(path, await page(pages, report));
}
