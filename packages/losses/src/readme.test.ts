import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as losses from './index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('names every function that is exported', () => {
    for (const name of Object.keys(losses)) expect(readme, name).toMatch(new RegExp(`\`[^\`]*\\b${name}\\b`));
  });

  it('sends readers who come from elsewhere to functions that are there', () => {
    const section = readme.slice(readme.indexOf('## Coming from'));
    const cells = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| there')).flatMap((line) => line.split('|').slice(2));
    const names = cells.flatMap((cell) => Array.from(cell.matchAll(/(?<![.A-Za-z])([a-z][A-Za-z]+)\(/g), (match) => match[1]!));
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect([...Object.keys(losses), 'rounds', 'mixup', 'reshape']).toContain(name);
  });
});
