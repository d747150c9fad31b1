import { compile } from '@mixwell/autodiff';
import { applyPlan, cutmixPlan, maskPlan, mixBuffers, mixupPlan, type Plan } from '@mixwell/mix-core';
import { applyMix, lower, type Mix } from '@mixwell/mix-core/tf';
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../engine/back-ends.ts';
import { python } from '../harness/commands.ts';
import type { Work } from '../harness/serve.ts';
import type { MixingCase } from './mixing-case.ts';

const [batch, height, width, channels] = [256, 224, 224, 3] as const;
const shape = [batch, height, width, channels];
const elements = batch * height * width * channels;

// python/mixing.py makes the same images and choices
const partner = Array.from({ length: batch }, (_, i) => (77 * i + 13) % batch);
const valueAt = (image: number, y: number, x: number, c: number): number => ((7919 * image + 31 * y + 17 * x + 5 * c) % 1009) / 1008;

const plans = {
  'mixup': () => mixupPlan({ partner, lambda: 0.3 }),
  'cutmix': () => cutmixPlan({ height, width, partner, boxes: [[30, 50, 140, 160]] }),
  'mask': () => maskPlan({ height, width, partner, keep: Float32Array.from({ length: height * width }, (_, p) => (p % width) / (width - 1)) }),
  'mask-per-image': () => maskPlan({ height, width, partner, keep: Float32Array.from({ length: batch * height * width }, (_, p) => (p % width) / (width - 1)) }),
} as const satisfies Readonly<Record<string, () => Plan>>;

/** Fills images, [batch, height, width, channels]. */
function fill(data: Float32Array): void {
  let at = 0;
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) data[at++] = valueAt(image, y, x, c);
      }
    }
  }
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Mixes on plain arrays, into memory that is there. */
function onArrays(plan: Plan, { images, out }: Readonly<Record<'images' | 'out', HostTensor<'float32'>>>): Work {
  fill(images.data);
  const step = (): void => { applyPlan(plan, images, { out }); };
  step();
  return { version: `Node ${process.version}`, check: mean(out.data), step };
}

const plainArrays = (): Readonly<Record<'images' | 'out', HostTensor<'float32'>>> =>
  ({ images: hostTensor('float32', shape, new Float32Array(elements)), out: hostTensor('float32', shape, new Float32Array(elements)) });

/** Mixes tensors in a compiled step, which gives new ones. */
async function onTensors(plan: Plan): Promise<Work> {
  const version = await activate('onnxruntime');
  const data = new Float32Array(elements);
  fill(data);
  const [x, mix] = [tf.tensor(data, [...shape]), lower(plan)];
  const run = compile((one: Mix, images: tf.Tensor) => applyMix(one, images));
  const step = (): void => { run(mix, x).dispose(); };
  const mixed = run(mix, x);
  const check = mean(mixed.dataSync<'float32'>());
  mixed.dispose();
  return { version, check, step };
}

const torch = (plan: string, form: string) => () => python('mixing.py', [plan, form]);

/** CutMix reads one pixel for each that it writes, the others two. */
const bytesOf = (name: string): number => 4 * elements * (name === 'cutmix' ? 2 : 3);

/** Mixing a batch of images. */
export const imageCases: readonly MixingCase[] = [
  ...Object.entries(plans).map(([name, plan]): MixingCase => ({
    name,
    prepare: () => onArrays(plan(), plainArrays()),
    peers: { 'pytorch': torch(name, 'usual'), 'pytorch-kernel': torch(name, 'kernel') },
    bytes: bytesOf(name),
  })),
  ...(['mixup', 'cutmix'] as const).flatMap((name): MixingCase[] => [{
    name: `${name}-buffers`,
    prepare: () => onArrays(plans[name](), mixBuffers(shape)),
    peers: { 'pytorch': torch(name, 'usual'), 'pytorch-kernel': torch(name, 'kernel') },
    bytes: bytesOf(name),
  }, {
    name: `${name}-tensors`,
    prepare: () => onTensors(plans[name]()),
    peers: { pytorch: torch(name, 'new') },
    bytes: bytesOf(name),
  }]),
];
