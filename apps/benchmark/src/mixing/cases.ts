import { python } from '../harness/commands.ts';
import { imageCases } from './image-cases.ts';
import type { MixingCase } from './mixing-case.ts';
import { preparePuzzle, puzzleCases } from './puzzle.ts';

const puzzles = puzzleCases.map((one): MixingCase => ({
  name: one.name,
  prepare: () => preparePuzzle(one, `Node ${process.version}`),
  peers: { reference: () => python('puzzlemix.py', [one.batch, one.side, one.blocks, one.tile].map(String)) },
}));

/** Mixing images, and what has to be computed before some policies can. */
export const cases: readonly MixingCase[] = [...imageCases, ...puzzles];
