import { expect, it } from 'vitest';
import { claimsTable } from './claims-table.ts';
import { compare, summary } from './over-seeds.ts';

it('says what became of each claim, and what was measured', () => {
  const seeds = [0, 1, 2];
  const text = claimsTable([
    { claim: 'mixup is better', holds: true, measured: { gain: compare([0.8, 0.9, 0.85], [0.7, 0.8, 0.75]) }, seeds },
    { claim: 'plain is better', holds: false, measured: { accuracy: summary([0.5, 0.5, 0.65]) }, seeds },
    { claim: 'how it is', holds: null, measured: { data: 'MNIST', steps: 5 }, seeds },
  ]);
  expect(text.split('\n\n').map((part) => part.split('\n')[0])).toEqual(['holds: mixup is better', 'DOES NOT HOLD: plain is better', 'reported: how it is']);
  expect(text).toMatch(/gain +0\.1000 ± \S+ +0\.1000 0\.1000 0\.1000 +95 %: 0\.1000 … 0\.1000, significant/);
  expect(text).toMatch(/accuracy +0\.5500 ± 0\.08660 +0\.5000 0\.5000 0\.6500/);
  expect(text).toMatch(/ {2}data: MNIST\n[^]* {2}steps +5 /);
});
