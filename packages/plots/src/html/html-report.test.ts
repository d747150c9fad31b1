import { describe, expect, it } from 'vitest';
import { encodePng } from '../encode-png.ts';
import { bars, heatmap, logRows } from '../fixtures.ts';
import { imageGrid } from '../image-grid.ts';
import { lineChart } from '../line-chart.ts';
import { renderSvg } from '../render-svg.ts';
import { htmlReport } from './html-report.ts';
import type { Block, Picture, Report } from './report.ts';

const pixels = imageGrid({ dtype: 'uint8', shape: [4, 2, 2, 1], data: Uint8Array.from({ length: 16 }, (_, i) => 16 * i) });
const curves = lineChart({ rows: logRows, x: 'epoch', y: 'loss', series: 'run', dash: 'part' });
const report: Report = {
  title: 'Mixing digits',
  subtitle: 'seed 0',
  facts: [{ label: 'Accuracy', value: '99.1 %', note: 'CutMix' }, { label: 'Opset', value: 17 }],
  sections: [
    { heading: 'Results', blocks: [{ kind: 'text', text: 'One.\n\nTwo.' }, { kind: 'table', caption: 'Test set', columns: ['Training', 'ECE', 'T'], rows: [['none', '0.6 %', 1.2], ['mixup', '6.3 %', null]] }] },
    { heading: 'Pictures', blocks: [{ kind: 'figures', figures: [{ picture: curves, alt: 'Loss over epochs', caption: 'Loss' }, { picture: heatmap, alt: 'Confusion' }, { picture: heatmap, alt: 'Confusion again' }] }] },
    { heading: 'Images', blocks: [{ kind: 'figure', picture: pixels, alt: 'Four squares' }, { kind: 'figure', picture: encodePng(pixels), alt: 'The same' }, { kind: 'facts', facts: [{ label: 'n', value: 4 }] }] },
  ],
};
const withBlock = (block: unknown): Promise<string> => htmlReport({ title: 't', sections: [{ heading: 'h', blocks: [block as Block] }] });
const withPicture = (picture: Picture): Promise<string> => withBlock({ kind: 'figure', picture, alt: 'a' });
const body = (html: string): string => html.slice(html.indexOf('<body>'));

describe('htmlReport', () => {
  it('holds headings, paragraphs, cards, tables and pictures', async () => {
    const html = body(await htmlReport(report));
    for (const part of [
      '<h1>Mixing digits</h1>', '<p>seed 0</p>', '<h2>Pictures</h2>', '<a href="#section-1">Pictures</a>', '<p>One.</p>\n<p>Two.</p>',
      '<dt>Accuracy</dt><dd>99.1 %</dd><dd class="note">CutMix</dd>', '<caption>Test set</caption>', '<figcaption>Loss</figcaption>', 'aria-label="Loss over epochs"',
      'alt="Four squares" width="6" height="6"',
    ]) expect(html.includes(part), part).toBe(true);
    expect(html.match(/<svg/g)).toHaveLength(3);
    expect(html.match(/<img/g)).toHaveLength(2);
  });

  it('sets columns of numbers to the right', async () => {
    const html = body(await htmlReport(report));
    expect(/<thead><tr>(.*)<\/tr>/.exec(html)![1]).toBe('<th scope="col">Training</th><th scope="col" class="number">ECE</th><th scope="col" class="number">T</th>');
    expect(/<tr>(<th scope="row">mixup.*)<\/tr>/.exec(html)![1]).toBe('<th scope="row">mixup</th><td class="number">6.3 %</td><td class="number"></td>');
  });

  it('needs nothing but itself, and says so to the browser', async () => {
    const html = await htmlReport(report);
    expect(html.includes(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"`)).toBe(true);
    expect(html.match(/https?:|<script|<link|@import|javascript:/)).toBeNull();
    for (const [, address] of html.matchAll(/(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^(?:#|data:image\/png;base64,)/);
    for (const [, address] of html.matchAll(/url\(([^)]*)\)/g)) expect(address).toMatch(/^(?:#|data:font\/woff2;base64,)/);
    expect(html.match(/@font-face/g)).toHaveLength(4);
  });

  it('has no id twice, and none that is referred to but missing', async () => {
    const html = await htmlReport(report);
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
    expect(ids.length).toBeGreaterThan(6);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/url\(#([^)]*)\)|href="#([^"]*)"/g)) if (id) expect(ids).toContain(id);
  });

  it('shows what looks like markup, and does not obey it', async () => {
    const evil = `<script>alert("1")</script><img src=x onerror='alert(1)'>&amp;`;
    const png = encodePng(pixels);
    const html = await htmlReport({
      title: evil,
      subtitle: evil,
      facts: [{ label: evil, value: evil, note: evil }],
      sections: [{
        heading: evil,
        blocks: [
          { kind: 'text', text: evil },
          { kind: 'table', columns: [evil], rows: [[evil]], caption: evil },
          { kind: 'figure', picture: png, alt: evil, caption: evil },
          { kind: 'figure', picture: { ...bars, title: evil, description: evil, data: { values: [{ name: evil, ece: 1 }] } }, alt: evil },
          { kind: 'facts', facts: [{ label: evil, value: evil }] },
        ],
      }],
    });
    const tags = html.replace(/"[^"]*"/g, '""').match(/<[^>]*>/g)!;
    expect(tags.filter((tag) => /<script|<img src=x|onerror/.test(tag))).toEqual([]);
    expect(html.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;/g)!.length).toBeGreaterThanOrEqual(13);
    expect(html.includes('&amp;amp;')).toBe(true);
  });

  it('gives the same text twice', async () => {
    expect((await htmlReport(report)) === (await htmlReport(report))).toBe(true);
  });

  it('takes an SVG document as text, with its prolog', async () => {
    const svg = await renderSvg(bars);
    expect(await withPicture(`<?xml version="1.0"?>\n<!DOCTYPE svg>\n${svg}\n`) === (await withPicture(bars))).toBe(true);
    expect((await withPicture('<svg viewBox="0 0 1 1"><a href="https://example.org/paper"><path d="M0 0"/></a></svg>')).includes('href="https://example.org/paper"')).toBe(true);
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['text', 'hello', /picture must be an SVG document, got "hello"/],
    ['a script', '<svg><script>1</script></svg>', /got one with <script>/],
    ['a style sheet', '<svg><style>*{}</style></svg>', /got one with <style>/],
    ['HTML inside', '<svg><foreignObject><p/></foreignObject></svg>', /got one with <foreignObject>/],
    ['an event handler', '<svg onload="alert(1)"></svg>', /got one with the event handler onload/],
    ['an image elsewhere', '<svg><image xlink:href="http://example.org/a.png"/></svg>', /got one with the address http:\/\/example\.org\/a\.png/],
    ['a fill elsewhere', '<svg><path fill="url(https://example.org/a.svg#b)"/></svg>', /got one with the address https:/],
    ['a link that runs', '<svg><a href="javascript:alert(1)"></a></svg>', /got one with the address javascript:/],
  ];
  for (const [name, svg, message] of refused) {
    it(`refuses an SVG with ${name}`, async () => {
      await expect(withPicture(svg)).rejects.toThrow(TypeError);
      await expect(withPicture(svg)).rejects.toThrow(message);
      await expect(withPicture(svg)).rejects.toThrow(/^htmlReport: sections\[0\]\.blocks\[0\]\.picture must be/);
    });
  }

  it('refuses unknown blocks, short rows, and bytes that are no PNG', async () => {
    await expect(withBlock({ kind: 'video' })).rejects.toThrow(new TypeError('htmlReport: sections[0].blocks[0].kind must be one of text, table, figure, facts, figures, got "video"'));
    await expect(withBlock({ kind: 'table', columns: ['a', 'b'], rows: [[1, 2], [3]] })).rejects.toThrow(new RangeError('htmlReport: sections[0].blocks[0].rows[1] must have 2 cells, got 1'));
    await expect(withPicture(new Uint8Array([1, 2]))).rejects.toThrow('pngDataUri: byte 0');
    await expect(withPicture({ ...bars, mark: 'blob' })).rejects.toThrow('renderSvg: mark must be one of');
  });
});
