import type { OnnxModel } from '../onnx/model.ts';
import { writeOnnx } from '../onnx/write.ts';
import { BLOCKED_DOMAIN } from '../lower/builder.ts';
import { loadRuntime } from '../load-runtime.ts';
import { runtimeSettings } from './settings.ts';

/** What processors have registers for: AVX-512, and AVX2. */
const BLOCKS = [16, 8] as const;

let known: number | null = null;

/** Channels in a block of ONNX Runtime's own layout of images on this processor, or 1 where it has none or models do not run on the CPU. */
export function channelBlock(): number {
  const [provider] = runtimeSettings().executionProviders;
  if (provider !== 'cpu') return 1;
  known ??= BLOCKS.find(works) ?? 1;
  return known;
}

/** A convolution of one pixel with as many channels as a block is long. */
function probe(block: number): OnnxModel {
  const square = [block, block, 1, 1];
  return {
    irVersion: 8,
    opset: { '': 17, [BLOCKED_DOMAIN]: 1 },
    graph: {
      name: 'probe',
      inputs: [{ name: 'x', dtype: 'float32', dims: [1, 1, 1, block] }, { name: 'w', dtype: 'float32', dims: square }],
      outputs: [{ name: 'y', dtype: 'float32', dims: [1, 1, 1, block] }],
      initializers: [],
      nodes: [
        { op: 'ReorderInput', domain: BLOCKED_DOMAIN, inputs: ['x'], outputs: ['blocks'], attrs: { channels_last: 1 } },
        { op: 'Conv', domain: BLOCKED_DOMAIN, inputs: ['blocks', 'w'], outputs: ['sums'], attrs: { kernel_shape: [1, 1] } },
        { op: 'ReorderOutput', domain: BLOCKED_DOMAIN, inputs: ['sums'], outputs: ['y'], attrs: { channels: block, channels_last: 1 } },
      ],
    },
  };
}

/** Whether blocks of this length give the right numbers: the operators are no part of ONNX, and tell nothing of themselves. That they may fail is no news for the log. */
function works(block: number): boolean {
  try {
    const runtime = loadRuntime();
    const loaded = runtime.load(writeOnnx(probe(block)), { intraOpNumThreads: 1, executionProviders: ['cpu'], logSeverityLevel: 4 });
    const x = Float32Array.from({ length: block }, (_, i) => i + 1);
    const w = Float32Array.from({ length: block * block }, (_, i) => (i % 7) - 3);
    const { y } = loaded.run({ x: runtime.tensor('float32', x, [1, 1, 1, block]), w: runtime.tensor('float32', w, [block, block, 1, 1]) }, ['y']);
    loaded.release();
    return Array.from({ length: block }, (_, o) => x.reduce((sum, value, i) => sum + value * w[i * block + o]!, 0)).every((sum, o) => sum === y?.data[o]);
  } catch {
    return false;
  }
}
