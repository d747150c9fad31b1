/** RGBA pixels, row by row from the top left. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export type Colour = readonly [red: number, green: number, blue: number];

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A white canvas. */
export function createCanvas(width: number, height: number): Canvas {
  return { width, height, data: new Uint8ClampedArray(width * height * 4).fill(255) };
}

/** Fills a rectangle that lies on the canvas. */
export function fillRectangle({ width, data }: Canvas, rectangle: Rectangle, [red, green, blue]: Colour): void {
  for (let y = rectangle.y; y < rectangle.y + rectangle.height; y++) {
    for (let x = rectangle.x; x < rectangle.x + rectangle.width; x++) data.set([red, green, blue], (y * width + x) * 4);
  }
}

/** Draws an image whose pixels are squares of `scale`. */
export function drawPixels(canvas: Canvas, { x, y, width, height }: Rectangle, scale: number, colourAt: (pixel: number) => Colour): void {
  for (let pixel = 0; pixel < (width / scale) * (height / scale); pixel++) {
    const [row, column] = [Math.floor((pixel * scale) / width), pixel % (width / scale)];
    fillRectangle(canvas, { x: x + column * scale, y: y + row * scale, width: scale, height: scale }, colourAt(pixel));
  }
}
