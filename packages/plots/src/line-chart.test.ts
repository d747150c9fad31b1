import { describe, expect, it } from 'vitest';
import { logRows } from './fixtures.ts';
import { lineChart } from './line-chart.ts';
import { renderSvg } from './render-svg.ts';

const countLines = (svg: string): number => svg.match(/aria-roledescription="line mark"/g)?.length ?? 0;

describe('lineChart', () => {
  it('has a line for each pair of series and dash', async () => {
    expect(countLines(await renderSvg(lineChart({ rows: logRows, x: 'epoch', y: 'loss', series: 'run', dash: 'part' })))).toBe(4);
    const training = logRows.filter(({ part }) => part === 'training');
    expect(countLines(await renderSvg(lineChart({ rows: training, x: 'epoch', y: 'loss', series: 'run' })))).toBe(2);
    expect(countLines(await renderSvg(lineChart({ rows: training.slice(4), x: 'epoch', y: 'loss' })))).toBe(1);
  });

  it('takes series in the order in which they come up', () => {
    const spec = lineChart({ rows: logRows, x: 'epoch', y: 'loss', series: 'run' });
    expect(spec).toMatchObject({ encoding: { color: { scale: { domain: ['none', 'mixup'] } } } });
  });

  it('is JSON that holds only the keys that it shows', () => {
    const spec = lineChart({ rows: [{ epoch: 0, loss: 1, secret: 'x' }], x: 'epoch', y: 'loss' });
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    expect(spec).toMatchObject({ data: { values: [{ epoch: 0, loss: 1 }] } });
    expect(JSON.stringify(spec)).not.toContain('secret');
  });

  it('renders on a logarithmic scale and with a number format, without a complaint', async () => {
    const rows = [1, 10, 100].map((step) => ({ step, error: 1 / step }));
    expect(await renderSvg(lineChart({ rows, x: 'step', y: 'error', yScale: 'log', yFormat: '.0%', title: 'Error' }))).toContain('>10%<');
  });

  it('takes keys with dots and brackets literally', async () => {
    const rows = [0, 1].map((step) => ({ 'a.step[0]': step, 'val.loss': 1 - step }));
    expect(countLines(await renderSvg(lineChart({ rows, x: 'a.step[0]', y: 'val.loss' })))).toBe(1);
  });

  it('refuses rows that it cannot place', () => {
    expect(() => lineChart({ rows: [], x: 'a', y: 'b' })).toThrow(new RangeError('lineChart: rows must hold at least one row, got none'));
    expect(() => lineChart({ rows: [{ a: 0, b: 1 }, { a: 1, b: '2' }], x: 'a', y: 'b' })).toThrow(new TypeError('lineChart: rows[1].b must be a number or null, got 2'));
    expect(() => lineChart({ rows: [{ a: 0, b: 1 }], x: 'a', y: 'b', series: 'run' })).toThrow(new TypeError('lineChart: rows[0].run must be there'));
  });
});
