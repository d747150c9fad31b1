import { python } from '../harness/commands.ts';
import { cMixupCases } from './c-mixup.ts';
import { imageCases } from './image-cases.ts';
import type { MixingCase } from './mixing-case.ts';
import { preparePuzzle, puzzleCases } from './puzzle.ts';

/** Costs, graph cuts and transport of a batch, and graph cuts and transport alone. */
const puzzles = puzzleCases.flatMap((one) => (['plan', 'solve'] as const).map((mode): MixingCase => ({
  name: `${one.name}-${mode}`,
  prepare: () => preparePuzzle(one, mode, `Node ${process.version}`),
  peers: { reference: () => python('puzzlemix.py', [mode, ...[one.batch, one.side, one.blocks, one.tile].map(String)]) },
})));

/** Mixing images, and what has to be computed before some policies can. */
export const cases: readonly MixingCase[] = [...imageCases, ...puzzles, ...cMixupCases];
