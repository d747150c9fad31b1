import type { BoxPlan, MaskPlan, Plan, ScalarPlan } from './plan.ts';

type Numbers = Int32Array | Float32Array;

/** A field of all plans, one row after the other; `width` numbers are shared by all rows of a plan. */
function stack<P extends Plan, T extends Numbers>(plans: readonly P[], width: number, field: (plan: P) => T): T {
  const Type = field(plans[0]!).constructor as new (length: number) => T;
  const all = new Type(plans.reduce((sum, { rows }) => sum + rows * width, 0));
  let at = 0;
  for (const plan of plans) {
    const values = field(plan);
    const repeats = values.length === width ? plan.rows : 1;
    for (let i = 0; i < repeats; i++, at += values.length) all.set(values, at);
  }
  return all;
}

/** What plans must have in common to be one. */
function formOf({ kind, batch, k, stage, ...plan }: Plan): string {
  const sizes = ['aligned', 'height', 'width', 'resize', 'upsampling', 'tileRows', 'tileColumns'] as const;
  const rest = sizes.flatMap((name) => (name in plan ? [`${name} ${String(plan[name as keyof typeof plan])}`] : []));
  return [kind, `batch ${batch}`, `k ${k}`, ...(stage === undefined ? [] : [`stage ${stage}`]), ...rest].join(', ');
}

/**
 * One plan with the rows of all, one plan after the other, over the same batch.
 *
 * @throws {RangeError} for no plans, or plans that differ in kind, batch, sources per row, sizes or stage
 */
export function stackPlans(plans: readonly Plan[], caller = 'stackPlans'): Plan {
  const [first] = plans;
  if (!first) throw new RangeError(`${caller}: plans must be at least one, got none`);
  const other = plans.find((plan) => formOf(plan) !== formOf(first));
  if (other) throw new RangeError(`${caller}: plans must be of one form, got (${formOf(first)}) and (${formOf(other)})`);
  const { k } = first;
  const common = { rows: plans.reduce((sum, { rows }) => sum + rows, 0), sources: stack(plans, k, (p) => p.sources), labelWeights: stack(plans, k, (p) => p.labelWeights) };
  switch (first.kind) {
    case 'scalar': return { ...first, ...common, weights: stack(plans as readonly ScalarPlan[], k, (p) => p.weights) };
    case 'box': {
      const [all, width] = [plans as readonly BoxPlan[], (k - 1) * 4];
      return { ...first, ...common, boxes: stack(all, width, (p) => p.boxes), ...(first.crops && { crops: stack(all, width, (p) => p.crops!) }) };
    }
    default: {
      const all = plans as readonly MaskPlan[];
      const masks = stack(all, first.height * first.width * k, (p) => p.masks);
      return { ...first, ...common, masks, ...(first.tiles && { tiles: stack(all, first.tileRows! * first.tileColumns! * k, (p) => p.tiles!) }) };
    }
  }
}
