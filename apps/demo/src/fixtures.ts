import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRng, uniform } from '@mixwell/tensor';

const SIDE = 12;

function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint8(2, 0x08);
  header.setUint8(3, shape.length);
  shape.forEach((size, axis) => header.setUint32(4 + 4 * axis, size));
  return Uint8Array.from([...new Uint8Array(header.buffer), ...values]);
}

/** A folder in MNIST's form: small noisy images in which a bright square stands where its class says. */
export function writeSquares(folder: string, counts: { readonly train: number; readonly t10k: number } = { train: 480, t10k: 100 }): string {
  mkdirSync(folder, { recursive: true });
  for (const [part, n] of Object.entries(counts)) {
    const rng = createRng(n);
    const labels = Uint8Array.from({ length: n }, (_, i) => i % 10);
    const images = Uint8Array.from({ length: n * SIDE * SIDE }, (_, i) => {
      const [label, row, column] = [labels[Math.floor(i / (SIDE * SIDE))]!, Math.floor(i / SIDE) % SIDE, i % SIDE];
      const bright = Math.floor(row / 3) === label % 4 && Math.floor(column / 3) === Math.floor(label / 4);
      return uniform(rng, 0, 60) + (bright ? 180 : 0);
    });
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idx([n, SIDE, SIDE], images));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idx([n], labels));
  }
  return folder;
}
