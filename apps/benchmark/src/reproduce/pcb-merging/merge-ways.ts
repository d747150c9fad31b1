import { addScaled, mergeStateDicts, type MethodName, pcbParts, searchLambda, taskVectorOf } from '@mixwell/merging';
import type { Networks, Weights } from './networks.ts';
import { joinSamples, type Samples } from './tasks.ts';

/** Networks that were fine-tuned from one base, and what the merged one has to know. */
export interface Family {
  readonly base: Weights;
  readonly models: readonly Weights[];
  /** Of every task, to tune coefficients on. */
  readonly validation: readonly Samples[];
  readonly test: readonly Samples[];
  /** Which network is tested on which test samples by itself. */
  readonly alone: readonly (readonly [model: number, test: number])[];
  readonly seed: number;
}

type Parameters = Readonly<Record<string, number | string>>;

interface Directed {
  readonly method: MethodName;
  /** What is tried on validation data. Without it, the first. */
  readonly parameters: (seed: number) => readonly Parameters[];
  /** Coefficient without validation data. */
  readonly untuned: number;
}

/** Methods whose merge is the base and a coefficient times a direction. */
const directed = {
  'task arithmetic': { method: 'task_arithmetic', parameters: () => [{}], untuned: 0.4 },
  'TIES': { method: 'ties_authors', parameters: () => [0.2, 0.1, 0.3].map((density) => ({ density })), untuned: 1 },
  'DARE': { method: 'dare_linear', parameters: (seed) => [0.5, 0.2, 0.1].map((density) => ({ density, rescale: 'probability', seed })), untuned: 0.4 },
  'PCB': { method: 'pcb', parameters: () => [0.05, 0.1, 0.2].map((ratio) => ({ ratio })), untuned: 1 },
} as const satisfies Readonly<Record<string, Directed>>;

const directedNames = Object.keys(directed) as (keyof typeof directed)[];

/** Coefficients that are tried; all methods get the same. */
const grid = { method: 'grid', bounds: [0.1, 3], budget: 30 } as const;

export type Accuracies = Readonly<Record<string, number>>;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

interface Tuned {
  readonly score: number;
  readonly parameters: Parameters;
  readonly direction: Weights;
  readonly lambda: number;
}

/** The parameters and the coefficient with the best score. */
async function tune({ method, parameters }: Directed, { base, models, seed }: Family, score: (weights: Weights) => number): Promise<{ readonly first: Weights; readonly best: Tuned }> {
  const all: Tuned[] = [];
  for (const given of parameters(seed)) {
    const direction = taskVectorOf(base, mergeStateDicts(method, { base, models, parameters: given }).merged) as unknown as Weights;
    const found = await searchLambda({ n: 1, ...grid, score: (lambda) => score(addScaled(base, [direction], lambda) as Weights) });
    all.push({ score: found.score, parameters: given, direction, lambda: found.lambda[0]! });
  }
  return { first: all[0]!.direction, best: all.reduce((a, b) => (b.score > a.score ? b : a)) };
}

/** Test accuracies of what can be made of a family, means over its test sets. @param perTask whether each task also gets a coefficient of its own */
export async function mergeWays({ accuracyOf }: Networks, family: Family, perTask: boolean): Promise<Accuracies> {
  const { base, models, test, alone, seed } = family;
  const validation = joinSamples(family.validation);
  const score = (weights: Weights): number => accuracyOf(weights, validation);
  const tested = (weights: Weights): number => mean(test.map((samples) => accuracyOf(weights, samples)));
  const moved = (vectors: readonly Weights[], lambda: readonly number[]): Weights => addScaled(base, vectors, lambda) as Weights;
  const out: Record<string, number> = {
    base: tested(base),
    individual: mean(alone.map(([model, of]) => accuracyOf(models[model]!, test[of]!))),
    average: tested(mergeStateDicts('linear', { models }).merged as Weights),
  };
  for (const name of directedNames) {
    const way: Directed = directed[name];
    const { first, best } = await tune(way, family, score);
    out[`${name}, untuned`] = tested(moved([first], [way.untuned]));
    out[`${name}, tuned`] = tested(moved([best.direction], [best.lambda]));
    if (name !== 'PCB' || !perTask) continue;
    const parts = pcbParts({ base, models, parameters: best.parameters });
    const scaled = (factors: readonly number[]): Weights => moved(parts, factors.map((factor) => factor * best.lambda));
    const { lambda } = await searchLambda({ n: models.length, score: (factors) => score(scaled(factors)), seed });
    out['PCB, tuned per task'] = tested(scaled(lambda));
  }
  return out;
}
