/**
 * Parts that share no group (state, year, patient, …), to test on groups that training never saw. Goes through the groups in ascending order and fills the parts one after the other; a part is
 * full once it and those before hold their share of the samples.
 *
 * Yao et al., "C-Mixup", NeurIPS 2022, arXiv 2210.05775: Crime by state and SkillCraft by league, with shares 0.7, 0.1, 0.2.
 *
 * @param groups [n]: the group of each sample, all numbers or all strings
 * @param shares ≥ 0, summing to 1
 * @returns for each share the indices of its samples, ascending; empty where few large groups have filled the parts before
 * @throws {RangeError} where the shares are negative or do not sum to 1, or a group is NaN
 */
export function splitGroups<const S extends readonly number[]>(groups: ArrayLike<number> | ArrayLike<string>, shares: S): { [K in keyof S]: Int32Array } {
  const bad = shares.find((share) => !(share >= 0 && share <= 1));
  if (bad !== undefined) throw new RangeError(`splitGroups: shares must be in [0, 1], got ${bad}`);
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (Math.abs(total - 1) > 1e-9) throw new RangeError(`splitGroups: shares must sum to 1, got ${total}`);
  const members = new Map<number | string, number[]>();
  Array.from<number | string>(groups).forEach((group, i) => {
    if (Number.isNaN(group)) throw new RangeError(`splitGroups: groups[${i}] must not be NaN`);
    const own = members.get(group) ?? [];
    own.push(i);
    members.set(group, own);
  });
  const parts = shares.map((): number[] => []);
  let [part, filled, limit] = [0, 0, (shares[0] ?? 0) * groups.length];
  for (const [, indices] of [...members].sort(([a], [b]) => (a < b ? -1 : 1))) {
    while (filled >= limit - 1e-9 * groups.length && part < shares.length - 1) limit += shares[++part]! * groups.length;
    parts[part]!.push(...indices);
    filled += indices.length;
  }
  return parts.map((indices) => Int32Array.from(indices).sort()) as { [K in keyof S]: Int32Array };
}
