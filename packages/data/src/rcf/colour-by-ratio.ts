/** Bytes up to this one are background, which stays grey. */
const BACKGROUND = 5;

/**
 * A grey image in a colour between blue and red: v becomes (v · red, 0, v · (1 − red)). The background, bytes up to 5, stays grey.
 *
 * @param image [pixels]
 * @param red in [0, 1]
 * @returns [pixels, 3] in [0, 1]
 * @throws {RangeError} for a ratio outside [0, 1]
 */
export function colourByRatio(image: Uint8Array, red: number): Float32Array {
  if (!(red >= 0 && red <= 1)) throw new RangeError(`colourByRatio: red must be in [0, 1], got ${red}`);
  const colours = new Float32Array(3 * image.length);
  image.forEach((byte, pixel) => {
    const v = byte / 255;
    colours.set(byte > BACKGROUND ? [v * red, 0, v * (1 - red)] : [v, v, v], 3 * pixel);
  });
  return colours;
}
