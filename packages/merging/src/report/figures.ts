import type { MergeMethod, Statistics, TensorInputs, Values } from '../method.ts';
import type { ParameterSpecs, ResolvedParameters } from '../parameters/parameter-spec.ts';
import { gram } from '../methods/spherical/gram.ts';

/** Sums over elements of a tensor, or of many: sums of figures are figures. */
export interface Figures {
  readonly size: number;
  /** `[models, models]`: scalar products of task vectors; of models where there is no base. */
  readonly gram: readonly number[];
  /** Σ θ₀². */
  readonly base: number;
  /** Σ θ² of the result. */
  readonly merged: number;
  /** Σ (θ − θ₀)² of the result. */
  readonly delta: number;
  /** Elements that at least two models change, and those of them that all change in one direction. */
  readonly shared: number;
  readonly agreeing: number;
  /** `[models]`: elements to which PCB-Merging gives a weight. */
  readonly kept?: readonly number[];
}

const squares = (values: Values, base?: Values): number => {
  let sum = 0;
  for (let e = 0; e < values.length; e++) sum += (values[e]! - (base?.[e] ?? 0)) ** 2;
  return sum;
};

function signs({ base, models }: TensorInputs): Pick<Figures, 'shared' | 'agreeing'> {
  let [shared, agreeing] = [0, 0];
  for (let e = 0; e < models[0]!.length; e++) {
    let [up, down] = [0, 0];
    const origin = base?.[e] ?? 0;
    for (const model of models) {
      if (model[e]! > origin) up++;
      else if (model[e]! < origin) down++;
    }
    if (up + down < 2) continue;
    shared++;
    if (up === 0 || down === 0) agreeing++;
  }
  return { shared, agreeing };
}

/** The figures of one tensor, or of a range of it. @param out what came out of the inputs */
export function figuresOf(method: MergeMethod, inputs: TensorInputs, parameters: ResolvedParameters<ParameterSpecs>, found: Statistics, out: Values): Figures {
  const kept = method.kept?.(inputs, parameters, found);
  return {
    size: out.length,
    gram: [...gram(inputs.models, inputs.base)],
    base: inputs.base ? squares(inputs.base) : 0,
    merged: squares(out),
    delta: squares(out, inputs.base),
    ...signs(inputs),
    ...(kept && { kept }),
  };
}

const sums = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x + b[i]!);

export function addFigures(a: Figures | undefined, b: Figures): Figures {
  if (!a) return b;
  return {
    size: a.size + b.size, gram: sums(a.gram, b.gram), base: a.base + b.base, merged: a.merged + b.merged, delta: a.delta + b.delta, shared: a.shared + b.shared, agreeing: a.agreeing + b.agreeing,
    ...(a.kept && b.kept && { kept: sums(a.kept, b.kept) }),
  };
}
