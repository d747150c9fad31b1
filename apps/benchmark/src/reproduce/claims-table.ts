import { textTable } from '@mixwell/plots';
import type { Claim } from './claim.ts';

type Measured = Claim['measured'][string];

const digits = (value: number): string => (value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(4));

function measuredRow(name: string, value: Exclude<Measured, string>): string[] {
  if (typeof value === 'number') return [`  ${name}`, Number.isInteger(value) ? String(value) : digits(value)];
  const { mean, std, perSeed } = value;
  const row = [`  ${name}`, std === null ? digits(mean) : `${digits(mean)} ± ${digits(std)}`, perSeed.map(digits).join(' ')];
  if (!('interval' in value)) return row;
  const { interval, significant } = value;
  return [...row, interval ? `95 %: ${digits(interval[0])} … ${digits(interval[1])}, ${significant ? 'significant' : 'not significant'}` : 'one seed'];
}

const verdict = ({ holds }: Claim): string => (holds === null ? 'reported' : holds ? 'holds' : 'DOES NOT HOLD');

/** The claims as text: each with its verdict, and below it what was measured: mean ± standard deviation, then seed by seed. */
export function claimsTable(claims: readonly Claim[]): string {
  return claims.map((claim) => {
    const measured = Object.entries(claim.measured);
    const facts = measured.flatMap(([name, value]) => (typeof value === 'string' ? [`  ${name}: ${value}`] : []));
    const rows = measured.flatMap(([name, value]) => (typeof value === 'string' ? [] : [measuredRow(name, value)]));
    return [`${verdict(claim)}: ${claim.claim}`, ...facts, textTable(['  measured', 'mean ± std', `seeds ${claim.seeds.join(' ')}`, ''], rows)].join('\n');
  }).join('\n\n');
}
