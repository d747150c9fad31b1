import { loadKernel } from '../../rows/load-kernel.ts';

/** softmax-moments.wat, assembled, as hexadecimal digits; a test compares the two. */
export const kernelHex = '0061736d0100000001110260037f7f7f017c60067f7f7f7f7c7f0002100104686f7374066d656d6f72790200010303020001070b01076d6f6d656e747300010a890802a60103017f017b027c44000000000000f0ff2105200245044043000080fffd1321042000200120006b4170716a21030240034020002003460d0120042000fd000200fdeb012104200041106a21000c000b0b2004fd1f002004fd1f01972004fd1f022004fd1f039797bb21050b0240034020002001460d012002047c20002b03000520002a0200bb0b21062006200520062005641b2105200041042002746a21000c000b0b20050bde0603057f017c1d7b41042003742106fd0cffffffffffffffff0000000000000000210c2004fd14210e440000000000408fc0fd14210f440000000000003843fd14211044390000000000f03ffd142111445237fafe422ee63ffd142112440d5781ffbdbfce3ffd14211344fd1f0dd7086bac3ffd142114449209a172abb2833ffd142115445b2c01d97fd8553ffd14211644a881a9fc8830243ffd14211744dd98eb45e2fcef3efd1421184436a38f10df3eb63efd1421194432eb0f37423f7b3efd14211a03402000210a2000200220066c6a21082000200820031000210b200bfd14210dfd0c00000000000000000000000000000000212220222123202221242022212520222126202221272022212820082109200820066b210720024101710440200721000b034003402003047b2000fd000200052000fd5d0200fd5f0b211b201b200dfdf101211b200e201bfdf201200ffdf701211c201c2010fdf001211d201c201d2010fdf101fdf101211e201e201efdf201211f201f201ffdf20121202015201e2016fdf201fdf001201f2017201e2018fdf201fdf001fdf201fdf00120202019201e201afdf201fdf001fdf201fdf00121212011201e2012fdf201fdf001201f2013201e2014fdf201fdf001fdf201fdf00120202021fdf201fdf00121212021201d4134fdcb01fdce01212120222021fdf00121222021201bfdf201212120232021fdf00121232021201bfdf201212120242021fdf00121242021201bfdf201212120252021fdf00121252021201bfdf201212120262021fdf00121262021201bfdf201212120272021fdf00121272021201bfdf201212120282021fdf0012128200020064101746a210020002009490d000b200241017120092008467104402022200cfd4e21222023200cfd4e21232024200cfd4e21242025200cfd4e21252026200cfd4e21262027200cfd4e21272028200cfd4e2128200a21002007210920002009490d010b0b20052022fd21002022fd2101a039030020052023fd21002023fd2101a039030820052024fd21002024fd2101a039031020052025fd21002025fd2101a039031820052026fd21002026fd2101a039032020052027fd21002027fd2101a039032820052028fd21002028fd2101a03903302005200b39033820082100200541c0006a2105200141016b210120010d000b0b';

/** What softmax-moments.wat exports; addresses are in bytes. */
interface Kernel {
  moments(from: number, rows: number, columns: number, wide: number, scale: number, to: number): void;
}

/** Numbers of a row of the kernel's results. */
export const MOMENTS = 8;
/** Numbers that are looked at together: they stay in the cache. */
const BLOCK = 16_384;

const kernelWith = loadKernel<Kernel>(kernelHex);

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
