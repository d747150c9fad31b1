/**
 * Specs that fail, by their full names, each with its reason. It is empty, and may only shrink: a spec in it that does not fail fails the run,
 * and so does a failing spec that is not in it.
 */
export const denyList: Readonly<Record<string, string>> = {};
