#!/usr/bin/env node
import { join } from 'node:path';
import { textTable } from '@mixwell/plots';
import * as tf from '@tensorflow/tfjs-core';
import { renderUsage } from 'citty';
import { runDemo } from './demo.ts';
import { argumentDefinitions, parseOptions } from './options.ts';
import { resultColumns, resultRows } from './results-table.ts';

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    const usage = await renderUsage({ meta: { name: 'npm run demo --', description: 'Trains three networks on real images, without mixing, with mixup and with CutMix; calibrates; exports to ONNX; checks; reports.' }, args: argumentDefinitions });
    process.stdout.write(`${usage}\n`);
    return;
  }
  const options = parseOptions(args);
  tf.enableProdMode(); // no advertisement for tfjs-node on stderr
  const { results, timings } = await runDemo(options, process.stderr);
  const { onnx } = results;
  const lines = [
    textTable(resultColumns, resultRows(results, timings)),
    '',
    `model.onnx holds ${onnx.run} with its temperature: over ${results.settings.testImages} test images accuracy ${(100 * onnx.accuracy).toFixed(2)} %, ECE ${(100 * onnx.ece).toFixed(2)} %,`,
    `no probability further than ${onnx.largestDifference.toExponential(1)} from the trained network (${onnx.runtime})`,
    '',
    ...['report.html', 'report.json', 'model.onnx'].map((file) => join(options.out, file)),
    `${timings.totalSeconds.toFixed(0)} seconds`,
  ];
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env['DEBUG']) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  process.exitCode = error instanceof RangeError && /^--|^unknown option|^unexpected argument/.test(error.message) ? 2 : 1;
}
