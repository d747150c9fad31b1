/** Memory of a fixed size that is handed out in pieces: what is in use is bounded by it, whenever garbage is collected. */
export interface Arena {
  readonly buffer: SharedArrayBuffer;
  /** Place of a free piece of so many bytes, at least 1, or undefined while there is none. */
  readonly take: (bytes: number) => number | undefined;
  /** Gives back the piece that begins there. */
  readonly give: (offset: number) => void;
}

/** Pieces begin at multiples of so many bytes. */
const alignment = 64;

export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** @param bytes at least of the largest piece that will be asked for */
export function createArena(bytes: number): Arena {
  const buffer = new SharedArrayBuffer(aligned(bytes));
  let taken: { readonly offset: number; readonly end: number }[] = [];
  return {
    buffer,
    take(size) {
      let offset = 0;
      for (const piece of taken) {
        if (piece.offset - offset >= size) break;
        offset = piece.end;
      }
      if (offset + size > buffer.byteLength) return undefined;
      taken = [...taken, { offset, end: offset + aligned(size) }].sort((a, b) => a.offset - b.offset);
      return offset;
    },
    give(offset) {
      taken = taken.filter((piece) => piece.offset !== offset);
    },
  };
}
