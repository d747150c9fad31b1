import type { GraphNode } from '../graph/value.ts';
import { reasonOf } from '../kernels/fallbacks.ts';

/** How often a kernel ran, and where. */
export interface KernelUse {
  readonly kernel: string;
  /** Runs in a graph of ONNX Runtime. A fused kernel counts as its parts. */
  readonly graph: number;
  /** Runs on TensorFlow.js's CPU back end. */
  readonly fallback: number;
  /** Why it runs there. */
  readonly reason?: string;
}

interface Counter {
  graph: number;
  fallback: number;
}

const counters = new Map<string, Counter>();

function counterOf(kernel: string): Counter {
  const known = counters.get(kernel);
  if (known) return known;
  const made = { graph: 0, fallback: 0 };
  counters.set(kernel, made);
  return made;
}

/** What a program adds to the counts each time that it runs. */
export function countingRuns(nodes: readonly GraphNode[]): () => void {
  const perRun = new Map<Counter, number>();
  for (const { kernel } of nodes) perRun.set(counterOf(kernel), (perRun.get(counterOf(kernel)) ?? 0) + 1);
  return () => {
    for (const [counter, count] of perRun) counter.graph += count;
  };
}

/** One run on the CPU back end. */
export function countFallback(kernel: string): void {
  counterOf(kernel).fallback += 1;
}

/** Which kernels ran where since the start or the last reset; those that fell back most often come first. */
export function kernelReport(): readonly KernelUse[] {
  const uses = [...counters].filter(([, { graph, fallback }]) => graph + fallback > 0).map(([kernel, { graph, fallback }]): KernelUse => ({
    kernel, graph, fallback, ...(fallback > 0 ? { reason: reasonOf(kernel) } : {}),
  }));
  return uses.sort((a, b) => b.fallback - a.fallback || b.graph - a.graph || (a.kernel < b.kernel ? -1 : 1));
}

/** Starts counting anew. */
export function resetKernelReport(): void {
  for (const counter of counters.values()) {
    counter.graph = 0;
    counter.fallback = 0;
  }
}
