import type { MergeMethod } from '../method.ts';
import { fisher } from './average/fisher.ts';
import { linear } from './average/linear.ts';
import { passthrough } from './average/passthrough.ts';
import { regmean } from './average/regmean.ts';
import { arceeFusion } from './pair/arcee-fusion.ts';
import { nearswap } from './pair/nearswap.ts';
import { pcb } from './pcb/pcb.ts';
import { karcher } from './spherical/karcher.ts';
import { modelStock } from './spherical/model-stock.ts';
import { multislerp } from './spherical/multislerp.ts';
import { nuslerp } from './spherical/nuslerp.ts';
import { slerp } from './spherical/slerp.ts';
import { ram, ramPlus } from './task-vector/ram.ts';
import { sce } from './task-vector/sce.ts';
import { breadcrumbs, breadcrumbsTies, dareLinear, dareTies, della, dellaLinear, taskArithmetic, ties } from './task-vector/task-arithmetic.ts';
import { tiesAuthors } from './task-vector/ties-authors.ts';

export type MethodName =
  | 'linear' | 'slerp' | 'nuslerp' | 'multislerp' | 'karcher' | 'task_arithmetic' | 'ties' | 'ties_authors' | 'dare_linear' | 'dare_ties' | 'della' | 'della_linear' | 'breadcrumbs'
  | 'breadcrumbs_ties' | 'sce' | 'ram' | 'ramplus_tl' | 'model_stock' | 'nearswap' | 'arcee_fusion' | 'passthrough' | 'pcb' | 'fisher' | 'regmean';

/** Every method by the name that recipes use; mergekit's where it has it. */
export const methods: Readonly<Record<MethodName, MergeMethod>> = {
  linear,
  slerp,
  nuslerp,
  multislerp,
  karcher,
  task_arithmetic: taskArithmetic,
  ties,
  ties_authors: tiesAuthors,
  dare_linear: dareLinear,
  dare_ties: dareTies,
  della,
  della_linear: dellaLinear,
  breadcrumbs,
  breadcrumbs_ties: breadcrumbsTies,
  sce,
  ram,
  ramplus_tl: ramPlus,
  model_stock: modelStock,
  nearswap,
  arcee_fusion: arceeFusion,
  passthrough,
  pcb,
  fisher,
  regmean,
};

/** @throws {RangeError} for a name of no method */
export function methodNamed(name: string): MergeMethod {
  if (!Object.hasOwn(methods, name)) throw new RangeError(`merge: method must be one of ${Object.keys(methods).join(', ')}, got ${name}`);
  return methods[name as MethodName];
}
