import type { TensorInputs } from '../../method.ts';
import { runScans } from '../../statistics/run-scans.ts';
import { eachWeighedBlock, pcbScans, type PcbSettings } from './pcb.ts';
import type { PcbVariant } from './variants.ts';

/** Weights of task vectors, for analysis; they do not depend on λ. */
export interface PcbWeights {
  /** `[tasks][parameters]`, 0 for what is dropped. */
  readonly weights: readonly Float32Array[];
  /** `[tasks][parameters]`: task vectors with clamped magnitudes. */
  readonly clamped: readonly Float32Array[];
}

export interface PcbOptions {
  readonly variant?: PcbVariant;
  readonly ratio?: number;
  readonly clamp?: number;
}

/**
 * The weights that PCB-Merging gives to the parameters of each task.
 *
 * @param taskVectors `[tasks][parameters]`: differences from a base, flattened
 * @throws {RangeError} where the ratio keeps nothing
 */
export function pcbWeights(taskVectors: readonly Float32Array[], { variant = 'released', ratio, clamp }: PcbOptions = {}): PcbWeights {
  const settings: PcbSettings = { variant, scope: 'model', ratio, clamp };
  const inputs: TensorInputs = { name: 'task vectors', shape: [taskVectors[0]!.length], offset: 0, models: taskVectors };
  const statistics = runScans(pcbScans(settings), taskVectors.length, (visit) => visit(inputs));
  const empty = (): Float32Array[] => taskVectors.map(({ length }) => new Float32Array(length));
  const [weights, clamped] = [empty(), empty()];
  eachWeighedBlock(settings, inputs, statistics, ({ tau, score, start }) => {
    tau.forEach((row, i) => clamped[i]!.set(row, start));
    score.forEach((row, i) => weights[i]!.set(row, start));
  });
  return { weights, clamped };
}
