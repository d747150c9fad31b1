const tags = /<[a-zA-Z][^>]*>/g;
/** A declaration, `id="clip7"`, or a reference: `url(#clip7)`, `href="#clip7"`. */
const uses = /(\sid=["']|\burl\(['"]?#|\bhref=["']#)([^)'"]+)/g;

/**
 * Gives the ids of an SVG new names, `prefix0`, `prefix1` … in the order in which they appear, so that the same picture always has the
 * same text, and several pictures can share a page.
 */
export function renameSvgIds(svg: string, prefix: string): string {
  const names = new Map<string, string>();
  const nameOf = (id: string): string => names.get(id) ?? names.set(id, `${prefix}${names.size}`).get(id)!;
  return svg.replace(tags, (tag) => tag.replace(uses, (_, before: string, id: string) => before + nameOf(id)));
}
