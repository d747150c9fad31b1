import { type HostTensor, toHost, type ToHostInput } from '@mixwell/tensor';

/** `toHost` of an argument, whose errors say which it is. @throws {TypeError | RangeError} for what holds no numbers */
export function readHost(caller: string, name: string, input: ToHostInput): HostTensor {
  try {
    return toHost(input);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('toHost: '))) throw error;
    const said = error.message.slice('toHost: '.length);
    const message = `${caller}: ${/^x\b/.test(said) ? `${name}${said.slice(1)}` : `${name}: ${said}`}`;
    throw error instanceof TypeError ? new TypeError(message, { cause: error }) : new RangeError(message, { cause: error });
  }
}
