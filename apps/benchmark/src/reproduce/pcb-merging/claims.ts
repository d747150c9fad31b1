import { type ChartSpec, lineChart } from '@mixwell/plots';
import type { Claim } from '../claim.ts';
import { compare, type Comparison, summary } from '../over-seeds.ts';
import type { Accuracies } from './merge-ways.ts';

type Measured = Claim['measured'];

/** `[seeds]` */
export type Results = readonly Accuracies[];

const values = (results: Results, way: string): readonly number[] => results.map((accuracies) => accuracies[way]!);
const less = (results: Results, a: string, b: string): Comparison => compare(values(results, a), values(results, b));
const all = (results: Results): Measured => Object.fromEntries(Object.keys(results[0]!).map((way) => [way, summary(values(results, way))]));

/** What has to hold for tasks that fight for the same weights; the numbers were fixed in advance. */
export function taskClaims(results: Results, seeds: readonly number[]): Claim[] {
  const [ties, arithmetic] = [less(results, 'PCB, untuned', 'TIES, untuned'), less(results, 'PCB, untuned', 'task arithmetic, untuned')];
  const average = less(results, 'PCB, tuned', 'average');
  return [
    { claim: 'tasks: tuned PCB is more than 0.015 above the average', holds: average.mean > 0.015, measured: { 'PCB − average': average }, seeds },
    {
      claim: 'tasks: without tuning PCB (5 % kept, λ = 1) is more than 0.05 above TIES (20 %, λ = 1) and task arithmetic (λ = 0.4)',
      holds: Math.min(ties.mean, arithmetic.mean) > 0.05,
      measured: { 'PCB − TIES': ties, 'PCB − task arithmetic': arithmetic },
      seeds,
    },
  ];
}

/** Of any setting: PCB at least the average, and TIES within the spread that was found before. */
export function settingClaims(name: string, results: Results, seeds: readonly number[]): Claim[] {
  const [average, ties] = [less(results, 'PCB, tuned', 'average'), less(results, 'PCB, tuned', 'TIES, tuned')];
  return [
    { claim: `${name}: test accuracy of what is merged`, holds: null, measured: all(results), seeds },
    { claim: `${name}: tuned PCB is not below the average`, holds: average.mean >= 0, measured: { 'PCB − average': average }, seeds },
    { claim: `${name}: tuned PCB is at most 0.015 below tuned TIES`, holds: ties.mean >= -0.015, measured: { 'PCB − TIES': ties }, seeds },
  ];
}

const curveWays = ['individual', 'average', 'task arithmetic, tuned', 'TIES, tuned', 'DARE, tuned', 'PCB, tuned'];

/** @param curve for 2, 3, … tasks */
export function curveClaims(curve: readonly Results[], seeds: readonly number[]): { readonly claims: Claim[]; readonly chart: ChartSpec } {
  const measured = Object.fromEntries(curve.flatMap((results, i) => curveWays.map((way) => [`${i + 2} tasks, ${way}`, summary(values(results, way))])));
  const average = Object.fromEntries(curve.map((results, i) => [`${i + 2} tasks, PCB − average`, less(results, 'PCB, tuned', 'average')]));
  const rows = curve.flatMap((results, i) => curveWays.map((way) => ({ tasks: i + 2, way, accuracy: summary(values(results, way)).mean })));
  return {
    claims: [
      { claim: 'test accuracy by the number of tasks', holds: null, measured, seeds },
      { claim: 'for 2 … 8 tasks tuned PCB is not below the average', holds: Object.values(average).every(({ mean }) => mean >= 0), measured: average, seeds },
    ],
    chart: lineChart({ rows, x: 'tasks', y: 'accuracy', series: 'way', title: 'Networks merged into one', xTitle: 'tasks', yTitle: 'mean test accuracy', yFormat: '.0%' }),
  };
}
