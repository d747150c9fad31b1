import { hostTensor, type HostTensor } from '@mixwell/tensor';

/** Means of 2 × 2 pixels. @param images [n, height, width, 1]; what is left over of odd sizes is dropped */
export function halved({ shape, data }: HostTensor<'uint8'>): HostTensor<'uint8'> {
  const [n, height, width] = shape as [number, number, number];
  const [rows, columns] = [height >> 1, width >> 1];
  const means = Uint8Array.from({ length: n * rows * columns }, (_, i) => {
    const y = Math.floor(i / columns) % rows;
    const at = (Math.floor(i / (rows * columns)) * height + 2 * y) * width + 2 * (i % columns);
    return Math.round((data[at]! + data[at + 1]! + data[at + width]! + data[at + width + 1]!) / 4);
  });
  return hostTensor('uint8', [n, rows, columns, 1], means);
}
