/** [rows, 2]: row and column of the square of `side` pixels in which the saliency [rows, height, width] of each image sums to most; the first of equal ones. */
export function salientPlaces(saliency: ArrayLike<number>, [rows, height, width]: readonly [number, number, number], side: number): Int32Array {
  const places = new Int32Array(2 * rows);
  const line = width + 1;
  const sums = new Float64Array((height + 1) * line); // of all that is above and to the left
  for (let image = 0; image < rows; image++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        sums[(y + 1) * line + x + 1] = saliency[(image * height + y) * width + x]! + sums[y * line + x + 1]! + sums[(y + 1) * line + x]! - sums[y * line + x]!;
      }
    }
    let most = -Infinity;
    for (let y = 0; y + side <= height; y++) {
      for (let x = 0; x + side <= width; x++) {
        const sum = sums[(y + side) * line + x + side]! - sums[y * line + x + side]! - sums[(y + side) * line + x]! + sums[y * line + x]!;
        if (sum <= most) continue;
        most = sum;
        places.set([y, x], 2 * image);
      }
    }
  }
  return places;
}
