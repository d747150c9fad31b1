/** A picture as bytes, row by row from the top left: gray (1 channel), RGB (3) or RGBA (4). */
export interface PixelArray {
  readonly width: number;
  readonly height: number;
  /** width × height × channels bytes; alpha is not premultiplied */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Whether a value has the form of a pixel array; says nothing of its sizes. */
export function isPixelArray(value: object): value is PixelArray {
  const { data } = value as Partial<PixelArray>;
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray;
}

/**
 * How many channels a pixel array has.
 *
 * @throws {RangeError} for sizes that are no whole numbers ≥ 1, or data of another length than 1, 3 or 4 bytes per pixel
 */
export function channelsOf(caller: string, { width, height, data }: PixelArray): 1 | 3 | 4 {
  for (const [name, size] of [['width', width], ['height', height]] as const) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`${caller}: ${name} must be a whole number >= 1, got ${size}`);
  }
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw new RangeError(`${caller}: data must have 1, 3 or 4 bytes for each of ${width} x ${height} pixels, got ${data.length} bytes`);
  }
  return channels;
}
