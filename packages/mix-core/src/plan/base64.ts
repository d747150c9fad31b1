const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const valueOf: ReadonlyMap<string, number> = new Map(Array.from(alphabet, (letter, value) => [letter, value]));

/** RFC 4648 base64, padded. Written out because neither Buffer nor btoa is on every platform. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => alphabet[(word >> shift) & 63]!);
    parts.push(letters.slice(0, left > 2 ? 4 : left + 1).join('').padEnd(4, '='));
  }
  return parts.join('');
}

/** The bytes, or undefined where the text is no padded base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const letters = text.replace(/={1,2}$/, '');
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let word = 0;
  for (let i = 0; i < letters.length; i++) {
    const value = valueOf.get(letters[i]!);
    if (value === undefined) return undefined;
    word = ((word << 6) | value) & 0xffffff;
    if (i % 4 > 0) bytes[Math.floor((i * 3) / 4)] = word >> (6 - 2 * (i % 4));
  }
  return bytes;
}
