import { blockHtml, factsHtml } from './blocks.ts';
import { escapeHtml } from './escape.ts';
import type { Report, Section } from './report.ts';
import { styleSheet } from './style.ts';

/** Nothing may be loaded and nothing may run, whatever is in the page. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

async function sectionHtml({ heading, blocks }: Section, index: number): Promise<string> {
  const parts: string[] = [];
  for (const [at, block] of blocks.entries()) parts.push(await blockHtml(block, `sections[${index}].blocks[${at}]`, `s${index}b${at}-`));
  return `<section id="section-${index}">\n<h2>${escapeHtml(heading)}</h2>\n${parts.join('\n')}\n</section>`;
}

function contents(sections: readonly Section[]): string {
  const links = sections.map(({ heading }, index) => `<a href="#section-${index}">${escapeHtml(heading)}</a>`);
  return sections.length < 3 ? '' : `<nav aria-label="Contents">${links.join('\n')}</nav>\n`;
}

/**
 * A report as one HTML file that needs nothing else: no network, no scripts; charts as SVG, images as PNG, the font inside. Light or dark as
 * the reader prefers, from a phone to paper. All text is escaped.
 *
 * @throws {TypeError} for a block of an unknown kind, an SVG with scripts or with addresses, a specification that `renderSvg` refuses
 * @throws {RangeError} for a table row that has not one cell per column, a pixel array whose data does not fit its sizes
 */
export async function htmlReport(report: Report): Promise<string> {
  const { title, subtitle, facts = [], sections } = report;
  const parts: string[] = [];
  for (const [index, section] of sections.entries()) parts.push(await sectionHtml(section, index));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${styleSheet()}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
${subtitle === undefined ? '' : `<p>${escapeHtml(subtitle)}</p>\n`}${contents(sections)}</header>
${facts.length === 0 ? '' : `${factsHtml(facts)}\n`}${parts.join('\n')}
</main>
</body>
</html>
`;
}
