import type { HostTensor, StateDict } from '@mixwell/tensor';
import { mergeStateDicts } from './merge-state-dicts.ts';
import type { MergePolicies } from './plan/plan-merge.ts';

export interface GreedySoup {
  readonly merged: StateDict<HostTensor>;
  /** Numbers of the models that are in it, in the order in which they came. */
  readonly members: readonly number[];
  /** Of the soup. */
  readonly score: number;
  /** `[models]`: of each model alone. */
  readonly scores: readonly number[];
}

/**
 * Greedy soup: the best model, and with it the average of each next best that does not lower the score. Wortsman et al., "Model soups", ICML 2022, arXiv 2203.05482, recipe 1.
 *
 * @param score of a state dict, the larger the better, on data that is held out
 * @throws {RangeError} where there is no model, or a score is NaN
 */
export async function greedySoup(models: readonly StateDict<HostTensor>[], score: (merged: StateDict<HostTensor>) => number | Promise<number>, policies: MergePolicies = {}): Promise<GreedySoup> {
  if (models.length === 0) throw new RangeError('greedySoup: models must be at least 1, got 0');
  const scored = async (dict: StateDict<HostTensor>): Promise<number> => {
    const value = await score(dict);
    if (Number.isNaN(value)) throw new RangeError('greedySoup: score must be a number, got NaN');
    return value;
  };
  const scores: number[] = [];
  for (const model of models) scores.push(await scored(model)); // one after the other: a score may use all memory
  const [best, ...rest] = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let soup: Omit<GreedySoup, 'scores'> = { merged: models[best!]!, members: [best!], score: scores[best!]! };
  for (const next of rest) {
    const members = [...soup.members, next];
    const { merged } = mergeStateDicts('linear', { ...policies, models: members.map((i) => models[i]!) });
    const value = await scored(merged);
    if (value >= soup.score) soup = { merged, members, score: value };
  }
  return { ...soup, scores };
}
