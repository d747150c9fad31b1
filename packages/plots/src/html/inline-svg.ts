import { renameSvgIds } from '../svg-ids.ts';

const tag = /<([a-zA-Z][\w:-]*)([^>]*)>/g;
const attribute = /([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const refusedTags = ['script', 'style', 'foreignobject', 'iframe', 'object', 'embed'];

/** Why an attribute cannot be part of a page that stands alone, or nothing. */
function complaint(element: string, name: string, value: string): string | undefined {
  if (/^on/i.test(name)) return `the event handler ${name}`;
  const address = /(?:^|:)(?:href|src)$/i.test(name) ? value.trim() : /url\(\s*['"]?([^)'"]*)/i.exec(value)?.[1]?.trim();
  if (address === undefined || address.startsWith('#') || address.startsWith('data:image/')) return undefined;
  return element === 'a' && /^https?:/i.test(address) ? undefined : `the address ${address}`;
}

function check(place: string, svg: string): void {
  const refuse = (what: string): never => {
    throw new TypeError(`htmlReport: ${place} must be an SVG that stands alone and acts on nothing else, got one with ${what}`);
  };
  for (const [, element = '', attributes = ''] of svg.matchAll(tag)) {
    if (refusedTags.includes(element.toLowerCase())) refuse(`<${element}>`);
    for (const [, name = '', double, single] of attributes.matchAll(attribute)) {
      const what = complaint(element, name, double ?? single ?? '');
      if (what) refuse(what);
    }
  }
}

/**
 * An SVG document as an element of an HTML page: ids begin with `prefix`.
 *
 * @throws {TypeError} for text that is no SVG document; for scripts, event handlers, style sheets (they would act on the whole page), and
 * whatever would be loaded from elsewhere
 */
export function inlineSvg(place: string, svg: string, prefix: string): string {
  const element = /<svg[\s>][^]*<\/svg>\s*$/.exec(svg)?.[0].trimEnd();
  if (!element) throw new TypeError(`htmlReport: ${place} must be an SVG document, got ${JSON.stringify(svg.slice(0, 40))}`);
  check(place, element);
  return renameSvgIds(element.replace(/\sxmlns(?::\w+)?=(?:"[^"]*"|'[^']*')/g, ''), prefix);
}
