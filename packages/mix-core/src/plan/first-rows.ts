import type { Plan } from './plan.ts';

/** The same plan, cut off after its first rows. */
export function firstRows(plan: Plan, rows: number): Plan {
  const cut = <T extends Int32Array | Float32Array>(array: T): T => array.slice(0, (array.length / plan.rows) * rows) as T;
  const perRow = <T extends Int32Array | Float32Array>(array: T, shared: number): T => (array.length === shared ? array : cut(array));
  const { k } = plan;
  const common = { rows, sources: cut(plan.sources), labelWeights: cut(plan.labelWeights) };
  switch (plan.kind) {
    case 'scalar': return { ...plan, ...common, weights: perRow(plan.weights, k) };
    case 'box': return { ...plan, ...common, boxes: perRow(plan.boxes, (k - 1) * 4), ...(plan.crops && { crops: perRow(plan.crops, (k - 1) * 4) }) };
    default: return {
      ...plan, ...common, masks: perRow(plan.masks, plan.height * plan.width * k),
      ...(plan.tiles && { tiles: perRow(plan.tiles, plan.tileRows! * plan.tileColumns! * k) }),
    };
  }
}
