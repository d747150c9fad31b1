#!/usr/bin/env node
import { writeFileAtomic } from '@mixwell/tensor/node';
import * as tf from '@tensorflow/tfjs-core';
import { renderUsage } from 'citty';
import { areas } from './areas.ts';
import { thisMachine } from './harness/machine.ts';
import type { Result } from './harness/result.ts';
import { rowLine } from './harness/rows-table.ts';
import { serve } from './harness/serve.ts';
import { argumentDefinitions, parseOptions } from './options.ts';
import { pictures } from './pictures/command.ts';
import { reproduce } from './reproduce/command.ts';

async function bench(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    const meta = { name: 'npm run bench --', description: 'Times our programs and those of peers in turns, in one run. PyTorch takes part where MIXWELL_PYTHON names a Python that has it.' };
    process.stdout.write(`${await renderUsage({ meta, args: argumentDefinitions })}\n`);
    return;
  }
  const { area: name, json, ...options } = parseOptions(args);
  const area = areas[name]!;
  const machine = thisMachine();
  const { peak, text: yardstick } = area.measure();
  const terminal = process.stderr.isTTY;
  process.stdout.write(`${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}; ${yardstick}\n`);
  let lastCase = '';
  const rows = await area.bench({
    ...options,
    peak,
    onProgress: (text) => { if (terminal) process.stderr.write(`\r\u001b[K${text}`); },
    onRow: (row) => {
      if (terminal) process.stderr.write('\r\u001b[K');
      if (row.case !== lastCase && row.limit) process.stdout.write(`\n${row.case}: ${row.limit}\n`);
      lastCase = row.case;
      process.stdout.write(`  ${rowLine(row)}\n`);
    },
  });
  const result: Result = { machine, rows };
  if (json !== null) await writeFileAtomic(json, `${JSON.stringify(result, null, 2)}\n`);
}

tf.enableProdMode(); // no advertisement for tfjs-node
const [command, ...args] = process.argv.slice(2);
try {
  if (command === 'serve') {
    // the other side of harness/contestant.ts
    const [name, ...rest] = args;
    await serve(() => areas[name!]!.prepare(rest));
  } else if (command === 'bench') {
    await bench(args);
  } else if (command === 'reproduce') {
    if (!(await reproduce(args))) process.exitCode = 1;
  } else if (command === 'pictures') {
    await pictures(args);
  } else {
    throw new RangeError(`the command must be bench, reproduce or pictures, got '${command ?? ''}'`);
  }
} catch (error) {
  process.stderr.write(`benchmark: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env['DEBUG']) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}
