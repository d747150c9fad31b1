import { createPartnerSampler } from '@mixwell/mix-core';
import { createRng, hostTensor, integer, normal } from '@mixwell/tensor';
import { python } from '../harness/commands.ts';
import type { Work } from '../harness/serve.ts';
import type { MixingCase } from './mixing-case.ts';

const BANDWIDTH = 0.1;
const LABELS = 1_000_000;

/** Standard normal labels, as python/c_mixup.py draws them by other random numbers. */
function drawLabels(count: number): ReturnType<typeof hostTensor<'float64'>> {
  const rng = createRng(0);
  return hostTensor('float64', [count], Float64Array.from({ length: count }, () => normal(rng)));
}

/** A sampler of so many labels and its first draw, which is when it has all that it prepares. */
function prepareSampler(count: number): Work {
  const [labels, rng] = [drawLabels(count), createRng(1)];
  return { version: `Node ${process.version}`, step: () => { createPartnerSampler(labels, { bandwidth: BANDWIDTH }).draw(0, rng); } };
}

/** Partners for so many anchors, which are drawn uniformly. */
function drawPartners(count: number, draws: number): Work {
  const [sampler, rng] = [createPartnerSampler(drawLabels(count), { bandwidth: BANDWIDTH }), createRng(1)];
  return { version: `Node ${process.version}`, step: () => { sampler.drawMany(Int32Array.from({ length: draws }, () => integer(rng, 0, count)), rng); } };
}

/** A sampler, and partners for every example: an epoch of a small table. */
function epoch(count: number): Work {
  const [labels, rng] = [drawLabels(count), createRng(1)];
  const anchors = Int32Array.from({ length: count }, (_, i) => i);
  return { version: `Node ${process.version}`, step: () => { createPartnerSampler(labels, { bandwidth: BANDWIDTH }).drawMany(anchors, rng); } };
}

const numpy = (form: string, count: number, draws: number) => () => python('c_mixup.py', [form, String(count), String(draws)]);
const tooLarge = () => ({ unavailable: 'the matrix of all pairs would take 8 TB' });
const tooSlow = () => ({ unavailable: 'a row of the kernel for each draw would take minutes; see c-mixup-20-draws' });

/** C-Mixup's partners for a million labels, and for a small table. */
export const cMixupCases: readonly MixingCase[] = [
  { name: 'c-mixup-prepare', prepare: () => prepareSampler(LABELS), peers: { numpy: tooLarge } },
  { name: 'c-mixup-100000-draws', prepare: () => drawPartners(LABELS, 100_000), peers: { numpy: tooSlow } },
  { name: 'c-mixup-20-draws', prepare: () => drawPartners(LABELS, 20), peers: { numpy: numpy('row', LABELS, 20) } },
  { name: 'c-mixup-epoch-4000', prepare: () => epoch(4000), peers: { numpy: numpy('matrix', 4000, 4000) } },
];
