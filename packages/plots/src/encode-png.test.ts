import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { encodePng } from './encode-png.ts';
import { pngDataUri } from './png-data-uri.ts';

describe('encodePng', () => {
  for (const channels of [1, 3, 4] as const) {
    it(`keeps every byte of ${channels === 1 ? 'a gray' : channels === 3 ? 'an RGB' : 'an RGBA'} picture`, () => {
      const data = Uint8Array.from({ length: 5 * 3 * channels }, (_, i) => (i * 37) & 255);
      for (const bytes of [data, new Uint8ClampedArray(data)]) {
        const decoded = decode(encodePng({ width: 5, height: 3, data: bytes }));
        expect(decoded).toMatchObject({ width: 5, height: 3, channels, depth: 8 });
        expect([...decoded.data]).toEqual([...data]);
      }
    });
  }

  it('refuses sizes that do not fit', () => {
    expect(() => encodePng({ width: 2, height: 2, data: new Uint8Array(5) })).toThrow(new RangeError('encodePng: data must have 1, 3 or 4 bytes for each of 2 x 2 pixels, got 5 bytes'));
    expect(() => encodePng({ width: 0, height: 2, data: new Uint8Array(0) })).toThrow(new RangeError('encodePng: width must be a whole number >= 1, got 0'));
    expect(() => encodePng({ width: 2, height: 2, data: new Uint8Array(8) })).toThrow(RangeError);
  });
});

describe('pngDataUri', () => {
  it('holds the bytes, also of a part of a larger buffer', () => {
    const png = encodePng({ width: 1, height: 1, data: new Uint8Array([7]) });
    const part = new Uint8Array([0, 0, 0, ...png]).subarray(3);
    expect(pngDataUri(part)).toBe(`data:image/png;base64,${Buffer.from(png).toString('base64')}`);
  });

  it('refuses other bytes', () => {
    expect(() => pngDataUri(new Uint8Array([0x89, 0x50, 3]))).toThrow(new TypeError('pngDataUri: byte 2 of a PNG file must be 78, got 3'));
    expect(() => pngDataUri(new Uint8Array(0))).toThrow('pngDataUri: byte 0 of a PNG file must be 137, got the end');
  });
});
