import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { idxBytes, withFolder } from './fixtures.ts';
import { loadIdxDataset } from './load-idx-dataset.ts';

const images = idxBytes(0x08, [2, 1, 2], [10, 20, 30, 40]);
const labels = idxBytes(0x08, [2], [9, 0]);

describe('loadIdxDataset', () => {
  it.each([
    ['raw', { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': labels }, 'train'],
    ['with dots', { 'train-images.idx3-ubyte': images, 'train-labels.idx1-ubyte': labels }, 'train'],
    ['packed', { 't10k-images-idx3-ubyte.gz': gzipSync(images), 't10k-labels-idx1-ubyte.gz': gzipSync(labels) }, 'test'],
    ['called test', { 'test-images-idx3-ubyte': images, 'test-labels-idx1-ubyte.gz': gzipSync(labels) }, 'test'],
  ] as const)('finds the files %s', (_, files, part) => {
    withFolder(files, (folder) => {
      const data = loadIdxDataset(folder, part);
      expect(data).toMatchObject({ images: { dtype: 'uint8', shape: [2, 1, 2, 1] }, labels: { dtype: 'int32', shape: [2] }, classes: 10 });
      expect(Array.from(data.images.data)).toEqual([10, 20, 30, 40]);
      expect(Array.from(data.labels.data)).toEqual([9, 0]);
    });
  });

  it('keeps the channels of images that have them', () => {
    withFolder({ 'train-images-idx4-ubyte': idxBytes(0x08, [2, 1, 1, 3], [1, 2, 3, 4, 5, 6]), 'train-labels-idx1-ubyte': labels }, (folder) => {
      expect(loadIdxDataset(folder, 'train').images.shape).toEqual([2, 1, 1, 3]);
    });
  });

  const loading = (files: Readonly<Record<string, Uint8Array>>, classes?: number) => () => withFolder(files, (folder) => loadIdxDataset(folder, 'train', classes === undefined ? {} : { classes }));
  const [imageFile, labelFile] = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'];

  it('says which file is missing and what is there instead', () => {
    expect(loading({ 't10k-images-idx3-ubyte': images })).toThrow(/no file train-images-idx3-ubyte, train-images\.idx3-ubyte or one of them with \.gz; the folder holds t10k-images-idx3-ubyte/);
    expect(loading({})).toThrow(/the folder is empty/);
  });

  it('refuses counts that differ', () => {
    expect(loading({ [imageFile]: images, [labelFile]: idxBytes(0x08, [3], [1, 2, 3]) })).toThrow(/train-labels-idx1-ubyte: byte 4: 3 labels for the 2 images of .*train-images-idx3-ubyte/);
  });

  it('refuses labels out of range, with their byte', () => {
    expect(loading({ [imageFile]: images, [labelFile]: labels }, 9)).toThrow(/train-labels-idx1-ubyte: byte 8: label 0 must be in \[0, 9\), got 9/);
  });

  it('refuses files of another type or rank, and empty ones', () => {
    expect(loading({ [imageFile]: idxBytes(0x09, [2, 1, 2], [1, 2, 3, 4]), [labelFile]: labels })).toThrow(/byte 2: images must be uint8 \(0x08\), got int8/);
    expect(loading({ [imageFile]: idxBytes(0x08, [4], [1, 2, 3, 4]), [labelFile]: labels })).toThrow(/byte 3: images must have 3 axes/);
    expect(loading({ [imageFile]: images, [labelFile]: idxBytes(0x08, [2, 1], [1, 2]) })).toThrow(/byte 3: labels must have 1 axis, got 2/);
    expect(loading({ [imageFile]: idxBytes(0x08, [0, 1, 2], []), [labelFile]: idxBytes(0x08, [0], []) })).toThrow(/byte 4: the file holds no images/);
    expect(loading({ [imageFile]: images, [labelFile]: labels }, 0)).toThrow('loadIdxDataset: classes must be a whole number >= 1, got 0');
  });
});
