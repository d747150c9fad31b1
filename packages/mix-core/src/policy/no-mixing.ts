import { checkWhole } from '../check.ts';
import { mixupPlan } from '../static/mixup.ts';
import type { Policy } from './policy.ts';

/** Leaves the batch as it is. Two sources of which the first counts all, so that it has the form of a mixup and one compiled step serves both. */
export const noMixing: Policy = (_, batch) => {
  checkWhole('noMixing', 'batch.rows', batch.rows);
  return mixupPlan({ partner: Int32Array.from({ length: batch.rows }, (_, row) => row), lambda: 1 });
};
