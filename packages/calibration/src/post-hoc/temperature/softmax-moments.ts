/** softmax-moments.wat, assembled, as hexadecimal digits; a test compares the two. */
export const kernelHex = '0061736d01000000010a0160067f7f7f7f7c7f0002100104686f7374066d656d6f727902000103020100070b01076d6f6d656e747300000a960701930703057f027c1d7b41042003742106fd0cffffffffffffffff0000000000000000210d2004fd14210f440000000000408fc0fd142110440000000000003843fd14211144390000000000f03ffd142112445237fafe422ee63ffd142113440d5781ffbdbfce3ffd14211444fd1f0dd7086bac3ffd142115449209a172abb2833ffd142116445b2c01d97fd8553ffd14211744a881a9fc8830243ffd14211844dd98eb45e2fcef3efd1421194436a38f10df3eb63efd14211a4432eb0f37423f7b3efd14211b03402000210a2000200220066c6a210844000000000000f0ff210b03402003047c20002b03000520002a0200bb0b210c200c200b200c200b641b210b200020066a210020002008490d000b200a2100200bfd14210efd0c00000000000000000000000000000000212320232124202321252023212620232127202321282023212920082109200820066b210720024101710440200721000b034003402003047b2000fd000200052000fd5d0200fd5f0b211c201c200efdf101211c200f201cfdf2012010fdf701211d201d2011fdf001211e201d201e2011fdf101fdf101211f201f201ffdf201212020202020fdf20121212016201f2017fdf201fdf00120202018201f2019fdf201fdf001fdf201fdf0012021201a201f201bfdf201fdf001fdf201fdf00121222012201f2013fdf201fdf00120202014201f2015fdf201fdf001fdf201fdf00120212022fdf201fdf00121222022201e4134fdcb01fdce01212220232022fdf00121232022201cfdf201212220242022fdf00121242022201cfdf201212220252022fdf00121252022201cfdf201212220262022fdf00121262022201cfdf201212220272022fdf00121272022201cfdf201212220282022fdf00121282022201cfdf201212220292022fdf0012129200020064101746a210020002009490d000b200241017120092008467104402023200dfd4e21232024200dfd4e21242025200dfd4e21252026200dfd4e21262027200dfd4e21272028200dfd4e21282029200dfd4e2129200a21002007210920002009490d010b0b20052023fd21002023fd2101a039030020052024fd21002024fd2101a039030820052025fd21002025fd2101a039031020052026fd21002026fd2101a039031820052027fd21002027fd2101a039032020052028fd21002028fd2101a039032820052029fd21002029fd2101a03903302005200b39033820082100200541c0006a2105200141016b210120010d000b0b';

/** The part of WebAssembly that is used here: its types come with the library of browsers only. */
interface Engine {
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What softmax-moments.wat exports; addresses are in bytes. */
interface Kernel {
  moments(from: number, rows: number, columns: number, wide: number, scale: number, to: number): void;
}

/** Numbers of a row of the kernel's results. */
export const MOMENTS = 8;
/** Numbers that are looked at together: they stay in the cache. */
const BLOCK = 16_384;

let made: { readonly memory: Memory; readonly kernel: Kernel } | undefined;

function kernelWith(bytes: number): { readonly memory: Memory; readonly kernel: Kernel } {
  if (!made) {
    const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;
    const memory = new Memory({ initial: 4 });
    const module = new Module(Uint8Array.from(kernelHex.match(/../g)!, (digits) => Number.parseInt(digits, 16)));
    made = { memory, kernel: new Instance(module, { host: { memory } }).exports as Kernel };
  }
  const missing = bytes - made.memory.buffer.byteLength;
  if (missing > 0) made.memory.grow(Math.ceil(missing / 65_536));
  return made;
}

/** Rows of logits, row-major, as they came. */
export interface LogitRows {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

/**
 * Visits every `stride`-th row with its moments under the weights exp(β z), z = logit − largest logit of the row:
 * eight numbers, Σ exp(β z) z^i for i = 0 … 6 and that largest logit. Relative error below 1e-13.
 *
 * @param visit told the index of a row, and `moments` with the place of its eight numbers; must not start another pass
 */
export function eachRowMoments({ rows, columns, values }: LogitRows, beta: number, stride: number, visit: (row: number, moments: Float64Array, at: number) => void): void {
  const taken = Math.ceil(rows / stride);
  const size = Math.min(taken, Math.max(1, Math.floor(BLOCK / columns)));
  const to = 8 * (size * columns + 1); // the kernel looks one number further
  const { memory, kernel } = kernelWith(to + 8 * MOMENTS * size);
  const wide = values instanceof Float64Array;
  const block = new (wide ? Float64Array : Float32Array)(memory.buffer, 0, size * columns);
  const moments = new Float64Array(memory.buffer, to, MOMENTS * size);
  for (let first = 0; first < taken; first += size) {
    const count = Math.min(size, taken - first);
    if (stride === 1) block.set(values.subarray(first * columns, (first + count) * columns));
    else for (let i = 0; i < count; i++) block.set(values.subarray((first + i) * stride * columns, ((first + i) * stride + 1) * columns), i * columns);
    kernel.moments(0, count, columns, wide ? 1 : 0, beta * Math.LOG2E, to);
    for (let i = 0; i < count; i++) visit((first + i) * stride, moments, MOMENTS * i);
  }
}
