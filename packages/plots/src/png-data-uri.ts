const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * A PNG file as a URI that holds all of it, for `<img src>`.
 *
 * @throws {TypeError} for bytes that do not begin as a PNG file does
 */
export function pngDataUri(png: Uint8Array): string {
  const bad = signature.findIndex((byte, i) => png[i] !== byte);
  if (bad !== -1) throw new TypeError(`pngDataUri: byte ${bad} of a PNG file must be ${signature[bad]}, got ${png[bad] ?? 'the end'}`);
  return `data:image/png;base64,${Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString('base64')}`;
}
