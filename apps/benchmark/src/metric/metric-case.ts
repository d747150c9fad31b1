import type { Work } from '../harness/serve.ts';

/** Something that is timed: our program; python/metric.py has the peers' by the same name. */
export interface MetricCase {
  readonly name: string;
  /** Peers that do it, by the names that python/metric.py takes. */
  readonly peers: readonly string[];
  readonly prepare: () => Work | Promise<Work>;
  /** Multiplications and additions of the matrix products that the definition asks for, a pair of rows once. */
  readonly flops: number;
}
