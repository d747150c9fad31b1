import { afterEach, describe, expect, it, vi } from 'vitest';
import { bars, heatmap, logRows, normalizeSvg, vegaBars } from './fixtures.ts';
import { lineChart } from './line-chart.ts';
import { renderSvg } from './render-svg.ts';
import type { ChartSpec } from './spec.ts';

const pictures: Readonly<Record<string, ChartSpec>> = {
  bars,
  'learning-curves': lineChart({ rows: logRows, x: 'epoch', y: 'loss', series: 'run', dash: 'part', title: 'Loss' }),
  heatmap,
  'vega-bars': vegaBars,
};

const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((name) => vi.spyOn(console, name));
afterEach(() => {
  for (const spy of spies) expect(spy).not.toHaveBeenCalled();
});

describe('renderSvg', () => {
  for (const [name, spec] of Object.entries(pictures)) {
    it(`draws ${name} as the picture in src/snapshots`, async () => {
      await expect(normalizeSvg(await renderSvg(spec))).toMatchFileSnapshot(`snapshots/${name}.svg`);
    });
  }

  it('gives the same text again, alone or beside others', async () => {
    const specs = Object.values(pictures);
    const alone: string[] = [];
    for (const spec of specs) alone.push(await renderSvg(spec));
    expect(await Promise.all(specs.map((spec) => renderSvg(spec)))).toEqual(alone);
  });

  it('draws random samples from a fixed seed', async () => {
    const values = Array.from({ length: 200 }, (_, i) => ({ i }));
    const spec = { data: { values }, transform: [{ sample: 5 }], mark: 'point', encoding: { x: { field: 'i', type: 'quantitative' } } };
    expect(await renderSvg(spec)).toBe(await renderSvg(spec));
  });

  it('leaves the specification as it is', async () => {
    const frozen = JSON.parse(JSON.stringify(bars), (_, value: unknown) => Object.freeze(value)) as ChartSpec;
    await renderSvg(frozen);
    expect(frozen).toEqual(bars);
  });

  it('sets the house style, and lets the config of the specification come before it', async () => {
    const usual = await renderSvg(bars);
    expect(usual).toContain('fill="#0072b2"');
    expect(usual).toContain('font-family="Inter, system-ui, sans-serif"');
    const other = await renderSvg({ ...bars, config: { mark: { color: '#123456' }, background: '#abcdef' } });
    expect(other).toContain('fill="#123456"');
    expect(other).toContain('fill="#abcdef"');
    expect(other).not.toContain('fill="#0072b2"');
  });

  it('keeps labels within their limit and the picture as wide as its text needs', async () => {
    const titled = (text: string): Promise<string> => renderSvg({ ...bars, title: text });
    const widthOf = (svg: string): number => Number(/width="(\d+)"/.exec(svg)![1]);
    const narrow = widthOf(await titled('i'));
    const wide = widthOf(await titled('i'.repeat(100)));
    expect(wide - narrow).toBeGreaterThan(150);
    expect(wide).toBeLessThan(100 * 14 * 0.35); // an i is 0.28 wide in semi-bold Inter
  });

  const broken: readonly (readonly [string, unknown, RegExp])[] = [
    ['no object', 'bars', /spec must be an object, got "bars"/],
    ['null', null, /spec must be an object, got null/],
    ['an array', [], /spec must be an object/],
    ['nothing to draw', { data: bars.data }, /spec must have one of mark, spec, layer, .* got \["data"\]/],
    ['an unknown mark', { ...bars, mark: 'baar' }, /mark must be one of arc, area, bar, .* got "baar"/],
    ['an unknown mark deep inside', { vconcat: [bars, { layer: [{ ...bars, mark: { type: 1 } }] }] }, /vconcat\[1\]\.layer\[0\]\.mark\.type must be one of .* got 1/],
    ['an unknown type', { ...bars, encoding: { x: { field: 'name', type: 'quant' } } }, /encoding\.x\.type must be one of quantitative, .* got "quant"/],
    ['an unknown channel', { ...bars, encoding: { ...bars.encoding, z: { field: 'name', type: 'nominal' } } }, /z-encoding is dropped/],
    ['a field that is not in the data', { ...bars, encoding: { ...bars.encoding, y: { field: 'eec', type: 'quantitative' } } }, /field "eec" has no finite values/],
    ['an expression with a mistake', { ...bars, transform: [{ calculate: 'datum.ece +* 2', as: 'c' }] }, /Unexpected token \*/],
    ['an unknown scheme', { ...bars, encoding: { ...bars.encoding, color: { field: 'name', type: 'nominal', scale: { scheme: 'nope' } } } }, /Unrecognized scheme name: nope/],
    ['a function', { ...bars, data: { values: [{ f: () => 1 }] } }, /spec must be plain JSON: .*could not be cloned/],
    ['data elsewhere', { ...bars, data: { url: 'https://example.org/data.json' } }, /must be part of the spec, got the address https:\/\/example\.org\/data\.json/],
    ['a file', { ...bars, data: { url: '/etc/passwd', format: { type: 'csv' } } }, /must be part of the spec, got the address \/etc\/passwd/],
    ['an image elsewhere', { ...bars, mark: { type: 'image', url: 'http://example.org/a.png' } }, /must be part of the spec, got the address http:\/\/example\.org\/a\.png/],
    ['an unknown Vega mark', { ...vegaBars, marks: [{ type: 'group', marks: [{ type: 'foo' }] }] }, /marks\[0\]\.marks\[0\]\.type must be one of arc, .* got "foo"/],
    ['a Vega mark without its data', { ...vegaBars, data: [] }, /table/],
  ];
  for (const [name, spec, message] of broken) {
    it(`refuses ${name}, naming it`, async () => {
      const failure = await renderSvg(spec as ChartSpec).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TypeError);
      expect((failure as Error).message).toMatch(/^renderSvg: /);
      expect((failure as Error).message).toMatch(message);
      expect((failure as Error).message.length).toBeLessThan(300);
    });
  }

  it('draws what Vega-Lite only warns of for those who take the warnings', async () => {
    const warnings: string[] = [];
    const svg = await renderSvg({ ...bars, encoding: { ...bars.encoding, z: { field: 'name', type: 'nominal' } } }, { onWarning: (message) => warnings.push(message) });
    expect(svg).toBe(await renderSvg(bars));
    expect(warnings).toEqual(['z-encoding is dropped as z is not a valid encoding channel.']);
  });
});
