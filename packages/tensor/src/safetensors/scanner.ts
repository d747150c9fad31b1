/** Reads the header's JSON piece by piece, in the few forms that the format allows. Every method throws where the text is something else. */
export interface HeaderScanner {
  /** `{ "key": …, … }`; `read` is called at each value. A key must not occur twice. */
  object(read: (key: string) => void): void;
  /** `[…, …]`; `read` is called at each element. */
  list<T>(read: () => T): T[];
  string(): string;
  /** A whole number in [0, 2^53). */
  integer(): number;
  /** Nothing but white space is left. */
  end(): void;
}

/** A key or a text of the file for an error; hostile ones may be long. */
export const quote = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** Half of a character beyond 16 bits: UTF-8 cannot express it, JSON's escapes can. */
export const halfCharacter: RegExp = /\p{Surrogate}/u;

const spaces = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** The text of a JSON string; undefined where its escapes are none. */
function unescape(token: string): string | undefined {
  try {
    const value = JSON.parse(token) as string;
    return halfCharacter.test(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

const digit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/**
 * A scanner of its own instead of JSON.parse, which keeps the last of two equal keys, takes "__proto__" and rounds whole numbers, all without a word, and cannot
 * say where it is. It does not recurse: its caller decides how deep to read.
 *
 * @param start byte of the file at which `text` begins, for the errors.
 */
export function scanHeader(text: string, name: string, start: number): HeaderScanner {
  let at = 0;
  const fail = (place: number, what: string): never => {
    const byte = start + new TextEncoder().encode(text.slice(0, place)).length;
    throw new Error(`${name}: byte ${byte}: ${what}`);
  };
  const got = (): string => (at < text.length ? JSON.stringify(text.slice(at, at + 12)) : 'the end of the header');
  const skip = (): void => {
    while (spaces.has(text.charCodeAt(at))) at++;
  };
  /** Steps over one of the characters and gives it. */
  const take = (wanted: string, rule: string): string => {
    skip();
    const found = text.charAt(at);
    if (found === '' || !wanted.includes(found)) fail(at, `expected ${rule}, got ${got()}`);
    at++;
    return found;
  };
  const empty = (close: string): boolean => {
    skip();
    if (text.charAt(at) !== close) return false;
    at++;
    return true;
  };

  const string = (): string => {
    take('"', 'a string');
    const from = at - 1;
    for (; text.charAt(at) !== '"'; at++) {
      if (!(text.charCodeAt(at) >= 0x20)) fail(at, `expected the end of a string that begins at byte ${start + from}, got ${got()}`);
      if (text.charAt(at) === '\\') at++;
    }
    at++;
    const token = text.slice(from, at);
    const value = token.includes('\\') ? unescape(token) : token.slice(1, -1);
    return value ?? fail(from, `expected a JSON string, got ${token.slice(0, 40)}`);
  };

  const integer = (): number => {
    skip();
    const from = at;
    while (digit(text.charCodeAt(at))) at++;
    const value = Number(text.slice(from, Math.min(at, from + 20)));
    const plain = at > from && (at === from + 1 || text.charAt(from) !== '0') && !/[.eE\w]/.test(text.charAt(at));
    at = plain ? at : from;
    if (!plain || !Number.isSafeInteger(value)) fail(from, `expected a whole number in [0, 2^53), got ${JSON.stringify(text.slice(from, from + 24))}`);
    return value;
  };

  const object = (read: (key: string) => void): void => {
    take('{', 'an object');
    if (empty('}')) return;
    const keys = new Set<string>();
    do {
      skip();
      const place = at;
      const key = string();
      if (keys.has(key)) fail(place, `key ${quote(key)} occurs twice`);
      if (key === '__proto__') fail(place, 'key "__proto__" is not allowed');
      keys.add(key);
      take(':', `':' after key ${quote(key)}`);
      read(key);
    } while (take(',}', "',' or '}'") === ',');
  };

  const list = <T>(read: () => T): T[] => {
    take('[', 'a list');
    const items: T[] = [];
    if (empty(']')) return items;
    do items.push(read()); while (take(',]', "',' or ']'") === ',');
    return items;
  };

  const end = (): void => {
    skip();
    if (at < text.length) fail(at, `expected the end of the header, got ${got()}`);
  };
  return { object, list, string, integer, end };
}
