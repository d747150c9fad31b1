import { uniform } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { readTargets } from '../policy/evidence.ts';
import { definePolicy, type Policy } from '../policy/policy.ts';
import { batchPartners } from './batch-partners.ts';
import { type CMixupOptions, cMixupPlans } from './c-mixup.ts';
import { checkKernel, type KernelOptions } from './kernel.ts';

export interface BatchCMixupOptions extends CMixupOptions, Omit<KernelOptions, 'distance'> {
  /**
   * Which rows are mixed with a partner. 'all': each row, so that any batch will do and as many mixtures come out as rows. 'half': the first half; the second half are candidates only,
   * as in the paper's code, which draws them for it. Default 'all'.
   */
  readonly anchors?: 'all' | 'half';
}

/**
 * C-Mixup inside a batch, for training sets whose labels do not fit in memory or change: partners are drawn among the rows of the batch by the kernel on `batch.targets`. Another law than
 * `cMixup`: a batch holds few examples of similar labels, and where the bandwidth is small most rows meet themselves, unmixed. `excludeSelf` prevents that. Draws partners first, then λ.
 *
 * Yao et al., NeurIPS 2022, arXiv 2210.05775; their code does so for rotated, coloured images.
 *
 * @throws {RangeError} for a bandwidth or alpha ≤ 0, λ outside [0, 1]; while drawing, for targets that are missing, misshapen or not finite, an odd number of rows with anchors: 'half', one row with
 * excludeSelf
 */
export function batchCMixup(options: BatchCMixupOptions): Policy {
  const { anchors = 'all' } = options;
  checkKernel('batchCMixup', options);
  if (anchors !== 'all' && anchors !== 'half') throw new RangeError(`batchCMixup: anchors must be 'all' or 'half', got '${String(anchors)}'`);
  const plans = cMixupPlans('batchCMixup', options);
  return definePolicy(['targets'], (rng, batch) => {
    const { rows } = batch;
    checkWhole('batchCMixup', 'batch.rows', rows);
    if (anchors === 'half' && rows % 2 === 1) throw new RangeError(`batchCMixup: batch.rows must be even with anchors: 'half', got ${rows}`);
    const targets = readTargets('batchCMixup', batch);
    const u = Float64Array.from({ length: anchors === 'all' ? rows : rows / 2 }, () => uniform(rng));
    return plans(rng, batchPartners(targets, options, u), rows);
  });
}
