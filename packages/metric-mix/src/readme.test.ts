import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as onArrays from './index.ts';
import * as inThreads from './node.ts';
import * as onTensors from './tf.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const names = [onArrays, inThreads, onTensors].flatMap((entry) => Object.keys(entry));

describe('the README', () => {
  it('names every function that is exported', () => {
    for (const name of names) expect(readme, name).toMatch(new RegExp(`\`[^\`]*\\b${name}\\b`));
  });

  it('names functions in its tables that are there', () => {
    const rows = readme.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| there'));
    const own = rows.map((line) => line.split('|').slice(readme.indexOf(line) > readme.indexOf('## Coming from') ? 2 : 1).join('|'));
    const called = own.flatMap((line) => Array.from(line.matchAll(/`([^`]*)`/g), (match) => match[1]!)).flatMap((code) => Array.from(code.matchAll(/(?<![.A-Za-z])([a-z][A-Za-z]+)\(/g), (match) => match[1]!));
    expect(called.length).toBeGreaterThan(60);
    for (const name of called) expect([...names, 'applyMix', 'runWithMix']).toContain(name);
  });
});
