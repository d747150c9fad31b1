import type { MergeReport, TensorReport } from './merge-report.ts';

/** A Vega-Lite specification: plain JSON. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

type Compared = TensorReport & { readonly comparison: NonNullable<TensorReport['comparison']> };

/** Names of models may be long paths: their ends, as far as those differ. */
export function shortNames(models: readonly string[]): readonly string[] {
  const ends = (depth: number): string[] => models.map((model) => model.split(/[/\\]/).filter((part) => part !== '').slice(-depth).join('/'));
  for (let depth = 1; depth <= 4; depth++) if (new Set(ends(depth)).size === models.length) return ends(depth);
  return models.map((_, i) => `model ${i + 1}`);
}

function cosineSpec(cosines: readonly (readonly number[])[], names: readonly string[]): VegaLiteSpec {
  const values = cosines.flatMap((row, i) => row.map((cosine, j) => ({ a: names[i], b: names[j], cosine })));
  const axis = (field: string): object => ({ field, type: 'nominal', sort: names, title: null });
  return {
    data: { values },
    width: { step: 44 }, height: { step: 36 },
    encoding: { x: { ...axis('b'), axis: { orient: 'top', labelAngle: names.some(({ length }) => length > 6) ? -40 : 0 } }, y: axis('a') },
    layer: [
      { mark: 'rect', encoding: { color: { field: 'cosine', type: 'quantitative', scale: { domain: [-1, 1], range: ['#b2182b', '#f7f7f7', '#2166ac'] }, title: 'cosine' } } },
      { mark: { type: 'text', fontSize: 10 }, encoding: { text: { field: 'cosine', type: 'quantitative', format: '.2f' }, color: { condition: { test: 'abs(datum.cosine) > 0.6', value: 'white' }, value: '#20262e' } } },
    ],
  };
}

/** Lines over the tensors in their order, one for each model. */
function tensorSpec(tensors: readonly Compared[], names: readonly string[], title: string, of: (tensor: Compared) => readonly (number | null)[], scale: object): VegaLiteSpec {
  const values = tensors.flatMap((tensor, place) => of(tensor).map((value, i) => ({ place, tensor: tensor.name, model: names[i], value })).filter(({ value }) => value !== null));
  return {
    data: { values },
    width: 560, height: 160,
    mark: { type: 'line', point: { size: 12 }, strokeWidth: 1, tooltip: { content: 'data' } },
    encoding: {
      x: { field: 'place', type: 'quantitative', title: 'tensors in their order', axis: { tickMinStep: 1 } },
      y: { field: 'value', type: 'quantitative', title, scale },
      ...(names.length > 1 && { color: { field: 'model', type: 'nominal', sort: names, title: null } }),
    },
  };
}

export interface ReportFigure {
  readonly title: string;
  /** What the picture says, for those who cannot see it. */
  readonly alt: string;
  readonly spec: VegaLiteSpec;
}

/** The pictures of a report: cosines between task vectors, their norms, sign agreement, PCB's kept shares. None where it has no figures. */
export function reportFigures({ tensors, total, models }: MergeReport): readonly ReportFigure[] {
  const compared = tensors.filter((tensor): tensor is Compared => tensor.comparison !== undefined);
  if (!total || compared.length === 0) return [];
  const names = total.cosines.length === models.length ? shortNames(models) : shortNames(models.slice(-total.cosines.length));
  const pairs = total.cosines.flatMap((row, i) => row.slice(i + 1));
  const kept = compared.every(({ comparison }) => comparison.kept);
  const unit = { domain: [0, 1] };
  return [
    { title: 'Cosines between task vectors', alt: pairs.length === 0 ? 'one model' : `from ${Math.min(...pairs).toFixed(2)} to ${Math.max(...pairs).toFixed(2)}`, spec: cosineSpec(total.cosines, names) },
    { title: 'Norms of task vectors', alt: `one line for each of ${names.length} models over ${compared.length} tensors`, spec: tensorSpec(compared, names, 'norm', ({ comparison }) => comparison.norms.models, {}) },
    {
      title: 'Sign agreement', alt: `in all ${total.signAgreement === null ? 'none' : total.signAgreement.toFixed(2)}`,
      spec: tensorSpec(compared, [''], 'share that agrees', ({ comparison }) => [comparison.signAgreement], unit),
    },
    ...(kept ? [{ title: 'Kept by PCB-Merging', alt: `in all ${total.kept!.map((share) => share.toFixed(2)).join(', ')}`, spec: tensorSpec(compared, names, 'share that is kept', ({ comparison }) => comparison.kept!, unit) }] : []),
  ];
}
