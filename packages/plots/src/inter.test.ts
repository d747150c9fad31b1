import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { interFile, interWidth } from './inter.ts';

/** Width of the ink as the renderer sets it. */
function inkWidth(text: string, weight: 400 | 600): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text font-family="Inter" font-weight="${weight}" font-size="100">${text}</text></svg>`;
  return new Resvg(svg, { font: { loadSystemFonts: false, fontFiles: [interFile(400), interFile(600)] } }).getBBox()!.width;
}

describe('interWidth', () => {
  for (const text of ['Validation accuracy', 'ECE 0.62 %, n = 10000', 'λ ~ Beta(α, α)', 'no mixing — mixup']) {
    for (const weight of [400, 600] as const) {
      it(`is the width of "${text}" in weight ${weight} to within kerning and the margins of its ends`, () => {
        expect(Math.abs(interWidth(text, 100, weight) - inkWidth(text, weight))).toBeLessThan(6 * Math.sqrt(text.length));
      });
    }
  }

  it('grows with the size, and is 0 for no text', () => {
    expect(interWidth('abc', 22, 400)).toBeCloseTo(2 * interWidth('abc', 11, 400), 12);
    expect(interWidth('', 11, 400)).toBe(0);
    expect(interWidth('abc', 11, 600)).toBeGreaterThan(interWidth('abc', 11, 400));
  });
});
