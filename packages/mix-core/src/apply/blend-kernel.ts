import { decodeBase64 } from '../plan/base64.ts';

/** blend-kernel.wat, assembled; a test compares the two. */
export const kernelBase64 = 'AGFzbQEAAAABCgFgBn9/f399fQACEAEEaG9zdAZtZW1vcnkCAAEDAgEABwkBBWJsZW5kAAAKxwEBxAECAn8CeyAE/RMhCCAF/RMhCSACIANqIQYgAiADQWBxaiEHAkAgAiAHRg0AA0AgAiAA/QACACAI/eYBIAH9AAIAIAn95gH95AH9CwIAIAIgAP0AAhAgCP3mASAB/QACECAJ/eYB/eQB/QsCECAAQSBqIQAgAUEgaiEBIAJBIGohAiACIAdHDQALCwJAA0AgAiAGRg0BIAIgACoCACAElCABKgIAIAWUkjgCACAAQQRqIQAgAUEEaiEBIAJBBGohAgwACwsL';

/** to = wa · a + wb · b over `bytes`; all else are addresses in bytes. */
export type BlendKernel = (a: number, b: number, to: number, bytes: number, wa: number, wb: number) => void;

let compiled: WebAssembly.Module | undefined;

/** The kernel on a memory of its own. */
export function blendKernel(memory: WebAssembly.Memory): BlendKernel {
  compiled ??= new WebAssembly.Module(decodeBase64(kernelBase64)!);
  return (new WebAssembly.Instance(compiled, { host: { memory } }).exports as { readonly blend: BlendKernel }).blend;
}
