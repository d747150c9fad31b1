import { decodeBase64 } from '../plan/base64.ts';

/** mix-kernel.wat, assembled; a test compares the two. */
export const kernelBase64 = 'AGFzbQEAAAABGwNgBn9/f399fQBgA39/fwBgCH9/f39/f39/AAIQAQRob3N0Bm1lbW9yeQIAAQMEAwABAgcRAgVibGVuZAAABXBhc3RlAAIKlQMDxAECAn8CeyAE/RMhCCAF/RMhCSACIANqIQYgAiADQWBxaiEHAkAgAiAHRg0AA0AgAiAA/QACACAI/eYBIAH9AAIAIAn95gH95AH9CwIAIAIgAP0AAhAgCP3mASAB/QACECAJ/eYB/eQB/QsCECAAQSBqIQAgAUEgaiEBIAJBIGohAiACIAdHDQALCwJAA0AgAiAGRg0BIAIgACoCACAElCABKgIAIAWUkjgCACAAQQRqIQAgAUEEaiEBIAJBBGohAgwACwsLdgECfyABIAJqIQMgASACQWBxaiEEAkAgASAERg0AA0AgASAA/QACAP0LAgAgASAA/QACEP0LAhAgAEEgaiEAIAFBIGohASABIARHDQALCwJAA0AgASADRg0BIAEgACgCADYCACAAQQRqIQAgAUEEaiEBDAALCwtWAQF/AkADQCAHRQ0BIAAgCGogAiAIaiAEIAhrEAEgASAEaiACIARqIAUQASAEIAVqIQggBCAGaiEEIAdBAWshBwwACwsgACAIaiACIAhqIAMgCGsQAQs=';

/** Works in one memory: addresses and lengths are in bytes. */
export interface MixKernel {
  /** to = wa · a + wb · b, float32 elements. */
  readonly blend: (a: number, b: number, to: number, bytes: number, wa: number, wb: number) => void;
  /** to = a, of `size` bytes, with a box of b: `lines` pieces of `bytes`, the first at `start`, each `stride` after the one before. */
  readonly paste: (a: number, b: number, to: number, size: number, start: number, bytes: number, stride: number, lines: number) => void;
}

let compiled: WebAssembly.Module | undefined;

/** The kernel on a memory of its own. */
export function mixKernel(memory: WebAssembly.Memory): MixKernel {
  compiled ??= new WebAssembly.Module(decodeBase64(kernelBase64)!);
  return new WebAssembly.Instance(compiled, { host: { memory } }).exports as MixKernel;
}
