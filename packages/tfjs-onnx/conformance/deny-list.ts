/** Specs that fail, by their full names, each with its reason. The list may only shrink: a spec in it that passes fails the run. */
export const denyList: Readonly<Record<string, string>> = {};
