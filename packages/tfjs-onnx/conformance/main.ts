/** Defines and runs the specs; bundled and started by run.mjs. */
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { BACKEND_NAME, configure } from '../src/index.ts';
import { denyList } from './deny-list.ts';
import { bootJasmine } from './jasmine.ts';
import { createReporter } from './reporter.ts';
import { judge } from './verdict.ts';

/** Specs of tfjs-core 4.22. */
const EXPECTED = 4232;

const print = (line: string): void => { process.stdout.write(`${line}\n`); };

const filter = process.argv[2] ?? '';
const env = bootJasmine();
setTestEnvs([{ name: BACKEND_NAME, backendName: BACKEND_NAME, isDataSync: true }]);
// Specs print tensors and warnings; some of them spy on the console.
Object.assign(console, { log: () => {}, info: () => {}, warn: () => {} });
// Pools of threads cost more to start than these graphs to run.
configure({ threads: 1 });
// They are defined as they load: after the environment is known.
await import('@tensorflow/tfjs-core/dist/tests');
const reporter = createReporter(print);
env.configure({ random: false, failSpecWithNoExpectations: false, specFilter: (spec) => spec.getFullName().includes(filter) });
env.addReporter(reporter);
const started = performance.now();
await env.execute();
print(`ran in ${((performance.now() - started) / 1000).toFixed(1)} s`);
const verdict = judge({ results: reporter.results, denied: denyList, expected: EXPECTED, partial: filter !== '' });
for (const line of verdict.lines) print(line);
process.exit(verdict.holds ? 0 : 1);
