import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as core from './index.ts';
import * as onTensors from './tf.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Names called or used in the second and third columns of the tables under headings "Coming from …". */
function namesOf(section: string): string[] {
  const cells = section.split('\n').filter((line) => line.startsWith('|')).flatMap((line) => line.split('|').slice(2));
  const code = cells.flatMap((cell) => Array.from(cell.matchAll(/`([^`]*)`/g), (match) => match[1]!));
  return code.flatMap((text) => Array.from(text.matchAll(/([A-Za-z]+)\(/g), (match) => match[1]!));
}

describe('the tables of the README', () => {
  const sections = readme.split(/^## /m).filter((section) => section.startsWith('Coming from '));

  it.each(sections.map((section) => [section.split('\n')[0]!, section]))('%s: names are exported', (_, section) => {
    const known = new Set([...Object.keys(core), ...Object.keys(onTensors), 'softCrossEntropy']);
    const names = namesOf(section);
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(known).toContain(name);
  });

  it('has every policy of openmixup', () => {
    const section = sections.find((found) => found.startsWith('Coming from openmixup'))!;
    for (const mode of ['vanilla', 'mixup', 'cutmix', 'smoothmix', 'gridmix', 'resizemix', 'fmix', 'saliencymix', 'attentivemix', 'puzzlemix', 'snapmix', 'guidedmix', 'manifoldmix', 'alignmix', 'transmix', 'tokenmix', 'smmix', 'mixpro', 'tla']) {
      expect(section).toContain(`| \`${mode}\` |`);
    }
  });
});
