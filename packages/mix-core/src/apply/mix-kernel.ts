import { decodeBase64 } from '../plan/base64.ts';

/** mix-kernel.wat, assembled; a test compares the two. */
export const kernelBase64 = 'AGFzbQEAAAABEgJgBn9/f399fQBgBX9/f39/AAIQAQRob3N0Bm1lbW9yeQIAAQMDAgABBxECBWJsZW5kAAAFcGFzdGUAAQrpAgLEAQICfwJ7IAT9EyEIIAX9EyEJIAIgA2ohBiACIANBYHFqIQcCQCACIAdGDQADQCACIAD9AAIAIAj95gEgAf0AAgAgCf3mAf3kAf0LAgAgAiAA/QACECAI/eYBIAH9AAIQIAn95gH95AH9CwIQIABBIGohACABQSBqIQEgAkEgaiECIAIgB0cNAAsLAkADQCACIAZGDQEgAiAAKgIAIASUIAEqAgAgBZSSOAIAIABBBGohACABQQRqIQEgAkEEaiECDAALCwugAQEEfwJAA0AgBEUNASAAIQUgASEGIAEgAmohByABIAJBYHFqIQgCQCAGIAhGDQADQCAGIAX9AAIA/QsCACAGIAX9AAIQ/QsCECAFQSBqIQUgBkEgaiEGIAYgCEcNAAsLAkADQCAGIAdGDQEgBiAFKAIANgIAIAVBBGohBSAGQQRqIQYMAAsLIAAgA2ohACABIANqIQEgBEEBayEEDAALCws=';

/** Works in one memory: addresses and lengths are in bytes. */
export interface MixKernel {
  /** to = wa · a + wb · b, float32 elements. */
  readonly blend: (a: number, b: number, to: number, bytes: number, wa: number, wb: number) => void;
  /** Copies lines whose beginnings lie `stride` apart, there as here. */
  readonly paste: (from: number, to: number, bytes: number, stride: number, lines: number) => void;
}

let compiled: WebAssembly.Module | undefined;

/** The kernel on a memory of its own. */
export function mixKernel(memory: WebAssembly.Memory): MixKernel {
  compiled ??= new WebAssembly.Module(decodeBase64(kernelBase64)!);
  return new WebAssembly.Instance(compiled, { host: { memory } }).exports as MixKernel;
}
