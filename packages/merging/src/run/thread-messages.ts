import type { ThreadReply, ThreadRequest, UnitHandler } from './unit-handler.ts';

/** An error as it passes between threads. */
interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

export type NumberedRequest = ThreadRequest & { readonly id: number };
export type NumberedReply = { readonly id: number; readonly reply: ThreadReply } | { readonly id: number; readonly error: PlainError };

/** What a thread says to a request. */
export function answer(handle: UnitHandler['handle'], request: NumberedRequest): NumberedReply {
  try {
    return { id: request.id, reply: handle(request) };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return { id: request.id, error: { name, message, ...(code !== undefined && { code }) } };
  }
}

/** The error that a thread met. */
export function revive({ name, message, code }: PlainError): Error {
  const error = name === 'RangeError' ? new RangeError(message) : name === 'TypeError' ? new TypeError(message) : new Error(message);
  return code === undefined ? error : Object.assign(error, { code });
}
