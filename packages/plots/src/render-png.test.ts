import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { bars } from './fixtures.ts';
import { renderPng } from './render-png.ts';
import { renderSvg } from './render-svg.ts';

const textSvg = (text: string, attributes = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="30" font-size="24" ${attributes}>${text}</text></svg>`;

/** How much ink there is: the sum of alpha. */
const ink = (png: Uint8Array): number => Array.from(decode(png).data).reduce((sum, value, i) => sum + (i % 4 === 3 ? value / 255 : 0), 0);

describe('renderPng', () => {
  it('has as many pixels as scale or width say', async () => {
    const svg = await renderSvg(bars);
    const [width, height] = [Number(/width="(\d+)"/.exec(svg)![1]), Number(/height="(\d+)"/.exec(svg)![1])];
    expect(decode(await renderPng(svg))).toMatchObject({ width: 2 * width, height: 2 * height, channels: 4, depth: 8 });
    expect(decode(await renderPng(svg, { scale: 1 }))).toMatchObject({ width, height });
    expect(decode(await renderPng(svg, { width: 300 })).width).toBe(300);
  });

  it('draws a specification as its SVG, with a white ground and bars in the first colour', async () => {
    const png = await renderPng(bars, { scale: 1 });
    expect(png).toEqual(await renderPng(await renderSvg(bars), { scale: 1 }));
    const { data } = decode(png);
    const colours = new Set(Array.from({ length: data.length / 4 }, (_, i) => data.slice(4 * i, 4 * i + 4).join()));
    expect(Array.from(data.slice(0, 4))).toEqual([255, 255, 255, 255]);
    expect(colours).toContain('0,114,178,255');
  });

  it('gives the same bytes twice', async () => {
    expect(await renderPng(bars)).toEqual(await renderPng(bars));
  });

  it('sets all text in Inter, whatever font is asked for and whatever the machine has', async () => {
    const inter = await renderPng(textSvg('Hamburg 0.5', 'font-family="Inter"'));
    expect(ink(inter)).toBeGreaterThan(500);
    for (const family of ['Helvetica', 'DejaVu Sans', 'serif', 'monospace']) {
      expect(await renderPng(textSvg('Hamburg 0.5', `font-family="${family}"`))).toEqual(inter);
    }
    expect(ink(await renderPng(textSvg('Hamburg 0.5', 'font-weight="600"')))).toBeGreaterThan(1.1 * ink(inter));
  });

  it('has the letters that methods are written with', async () => {
    const missing = await renderPng(textSvg('\u{10fffd}'));
    for (const letter of 'λαβγμσΔ≤≥≈±×−→·²') {
      const png = await renderPng(textSvg(letter));
      expect(ink(png), letter).toBeGreaterThan(10);
      expect(png, letter).not.toEqual(missing);
    }
  });

  it('refuses what is no size and what is no SVG', async () => {
    await expect(renderPng(bars, { scale: 0 })).rejects.toThrow(new RangeError('renderPng: scale must be > 0, got 0'));
    await expect(renderPng(bars, { scale: Number.NaN })).rejects.toThrow('renderPng: scale must be > 0, got NaN');
    await expect(renderPng(bars, { width: 1.5 })).rejects.toThrow(new RangeError('renderPng: width must be a whole number >= 1, got 1.5'));
    await expect(renderPng(bars, { scale: 1, width: 5 })).rejects.toThrow(TypeError);
    await expect(renderPng('not a picture')).rejects.toThrow(/^renderPng: the picture must be an SVG document: /);
  });
});
