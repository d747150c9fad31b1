/** 'probs', and 'probs_1' for the second of that name, or the next number that no other has. */
export function distinct(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    let free = name;
    if (seen.has(name)) for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
    taken.add(free);
    seen.add(name);
    return free;
  });
}
