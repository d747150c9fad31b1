import { describe, expect, it } from 'vitest';
import { type Contestant, start } from './contestant.ts';
import { takeTurns } from './rounds.ts';

const node = (source: string) => ({ program: process.execPath, args: ['-e', source] });

/** Answers every turn with the number of steps that it was asked for. */
const echo = node(`
  const say = (x) => console.log(JSON.stringify(x));
  say({ version: 'echo 1', firstMs: 3, check: 5 });
  require('readline').createInterface({ input: process.stdin }).on('line', (line) => say({ ms: Number(line) })).on('close', () => say({ peakMiB: 42 }));
`);

describe('a program that takes turns', () => {
  it('introduces itself, works as asked, and tells its peak of memory at the end', async () => {
    const program = (await start(echo, 10)) as Contestant;
    expect(program).toMatchObject({ version: 'echo 1', firstMs: 3, check: 5 });
    expect(await program.turn(7)).toBe(7);
    expect(await program.end()).toBe(42);
  });

  it('takes as many turns as others, with as many steps as fill a turn', async () => {
    const programs = [(await start(echo, 10)) as Contestant, (await start(echo, 10)) as Contestant];
    const times = await takeTurns(programs, { turns: 3, seconds: 0 });
    expect(times).toEqual([[150, 150, 150], [150, 150, 150]]); // one step "takes" 1 ms
    await Promise.all(programs.map((program) => program.end()));
  });

  it('says why it cannot take part', async () => {
    expect(await start(node(`console.log(JSON.stringify({ unavailable: 'no such library' }))`), 10)).toEqual({ unavailable: 'no such library' });
    expect(await start(node(`process.stderr.write('first\\nlast words\\n'); process.exit(3)`), 10)).toEqual({ unavailable: 'last words' });
    expect(await start(node('process.exit(3)'), 10)).toEqual({ unavailable: 'it ended with code 3' });
    expect(await start(node('setTimeout(() => {}, 60000)'), 0.3)).toEqual({ unavailable: 'a step takes more than 0.3 s' });
    expect(await start({ program: '/no/such/program', args: [] }, 10)).toEqual({ unavailable: expect.stringContaining('ENOENT') });
  });
});
