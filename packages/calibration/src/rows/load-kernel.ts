/** The part of WebAssembly that is used here: its types come with the library of browsers only. */
interface Engine {
  readonly Memory: new (size: { readonly initial: number }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A kernel and its memory. */
export interface Loaded<Kernel> {
  readonly memory: KernelMemory;
  readonly kernel: Kernel;
}

/**
 * Gives a kernel with a memory of at least `bytes`, made at the first call. There is one of each: what lies in the memory holds until the next call.
 *
 * @param hex the module, as hexadecimal digits; it imports `host.memory`
 */
export function loadKernel<Kernel>(hex: string): (bytes: number) => Loaded<Kernel> {
  let made: Loaded<Kernel> | undefined;
  return (bytes) => {
    if (!made) {
      const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
      const memory = new Memory({ initial: 1 });
      const module = new Module(Uint8Array.from(hex.match(/../g)!, (digits) => Number.parseInt(digits, 16)));
      made = { memory, kernel: new Instance(module, { host: { memory } }).exports as Kernel };
    }
    const missing = bytes - made.memory.buffer.byteLength;
    if (missing > 0) made.memory.grow(Math.ceil(missing / 65_536));
    return made;
  };
}
