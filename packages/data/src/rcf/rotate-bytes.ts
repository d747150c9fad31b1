/** Where a pixel comes from, [row or column of the input] = ⌊(start + x · perX + y · perY) / 65536⌋. */
interface FixedPoint {
  readonly start: number;
  readonly perX: number;
  readonly perY: number;
}

/** 16 bits behind the point. */
const fixed = (value: number): number => Math.floor(65536 * value + 0.5);
const rounded = (value: number): number => Number(value.toFixed(15));

/** Of a turn by `degrees` about the middle, read at the middles of pixels. */
function inverseMap(degrees: number, height: number, width: number): { readonly column: FixedPoint; readonly row: FixedPoint } {
  const t = (-degrees * Math.PI) / 180;
  const [cos, sin] = [rounded(Math.cos(t)), rounded(Math.sin(t))];
  const [cx, cy] = [width / 2, height / 2];
  const c = -cos * cx - sin * cy + cx;
  const f = sin * cx - cos * cy + cy;
  return {
    column: { start: fixed(c + cos / 2 + sin / 2), perX: fixed(cos), perY: fixed(sin) },
    row: { start: fixed(f - sin / 2 + cos / 2), perX: fixed(-sin), perY: fixed(cos) },
  };
}

/** For each pixel the position it is read from, or −1. */
type Positions = (x: number, y: number) => number;

/** Turns that only move pixels about. Those by a quarter need a square. */
function exactTurn(turn: number, height: number, width: number): Positions | null {
  if (turn === 0) return (x, y) => y * width + x;
  if (turn === 180) return (x, y) => (height - 1 - y) * width + width - 1 - x;
  if (height !== width) return null;
  if (turn === 90) return (x, y) => x * width + width - 1 - y;
  return turn === 270 ? (x, y) => (height - 1 - x) * width + y : null;
}

function anyTurn(turn: number, height: number, width: number): Positions {
  const { column, row } = inverseMap(turn, height, width);
  return (x, y) => {
    const i = Math.floor((column.start + x * column.perX + y * column.perY) / 65536);
    const j = Math.floor((row.start + x * row.perX + y * row.perY) / 65536);
    return i >= 0 && i < width && j >= 0 && j < height ? j * width + i : -1;
  };
}

/**
 * A grey image turned counter-clockwise about its middle: nearest neighbour, same size, 0 where there was nothing. Byte for byte what Pillow's `Image.rotate` gives.
 *
 * @param image [height, width] row by row
 * @throws {RangeError} where the image has another number of pixels, or the angle is not finite
 */
export function rotateBytes(image: Uint8Array, height: number, width: number, degrees: number): Uint8Array {
  if (image.length !== height * width) throw new RangeError(`rotateBytes: image must have ${height} · ${width} = ${height * width} pixels, got ${image.length}`);
  if (!Number.isFinite(degrees)) throw new RangeError(`rotateBytes: degrees must be finite, got ${degrees}`);
  const turn = ((degrees % 360) + 360) % 360;
  const from = exactTurn(turn, height, width) ?? anyTurn(turn, height, width);
  return Uint8Array.from(image, (_, at) => image[from(at % width, Math.floor(at / width))] ?? 0);
}
