import { escapeHtml } from './escape.ts';
import { figureHtml } from './picture.ts';
import type { Block, Fact } from './report.ts';
import { tableHtml } from './table.ts';

type Render<K extends Block['kind']> = (block: Extract<Block, { readonly kind: K }>, place: string, prefix: string) => string | Promise<string>;

const paragraphs = (text: string): string => text.split(/\n\s*\n/).map((paragraph) => `<p>${escapeHtml(paragraph.trim())}</p>`).join('\n');

function factHtml({ label, value, note }: Fact): string {
  return `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>${note === undefined ? '' : `<dd class="note">${escapeHtml(note)}</dd>`}</div>`;
}

/** Cards with a value each. */
export const factsHtml = (facts: readonly Fact[]): string => `<dl class="facts">${facts.map(factHtml).join('\n')}</dl>`;

const renderers: { readonly [K in Block['kind']]: Render<K> } = {
  text: ({ text }) => paragraphs(text),
  table: (block, place) => tableHtml(place, block),
  figure: (block, place, prefix) => figureHtml(place, block, prefix),
  facts: ({ facts }) => factsHtml(facts),
  async figures({ figures }, place, prefix) {
    const parts: string[] = [];
    for (const [index, figure] of figures.entries()) parts.push(await figureHtml(`${place}.figures[${index}]`, figure, `${prefix}${index}-`));
    return `<div class="figures">${parts.join('\n')}</div>`;
  },
};

/** @throws {TypeError} for a block of an unknown kind */
export async function blockHtml(block: Block, place: string, prefix: string): Promise<string> {
  const render = Object.hasOwn(renderers, block.kind) ? (renderers[block.kind] as Render<Block['kind']>) : undefined;
  if (!render) throw new TypeError(`htmlReport: ${place}.kind must be one of ${Object.keys(renderers).join(', ')}, got ${JSON.stringify(block.kind)}`);
  return render(block, place, prefix);
}
