// The one entry to every command: brings the pinned pnpm, installs and builds what is missing, then runs the task.
// Needs Node and the npm registry, nothing else. usage: node scripts/run.mjs <task> [arguments]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTfjsNode, quietTensorFlow } from './tfjs-node.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pnpmVersion = packageManager.split('+')[0];

const env = {
  ...process.env,
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  npm_config_update_notifier: 'false',
  // onnxruntime-node would download CUDA libraries that nothing here uses
  ONNXRUNTIME_NODE_INSTALL: 'skip',
};

/** Runs a program to its end and stops with its exit code when it fails. What a quiet one prints is shown to people who wait, or when it fails. */
function run(command, args, { cwd = root, extra = {}, quiet = false } = {}) {
  const hidden = quiet && !process.stderr.isTTY;
  const stdio = hidden ? ['ignore', 'pipe', 'pipe'] : quiet ? ['ignore', process.stderr, process.stderr] : 'inherit';
  const result = spawnSync(command, args, { cwd, stdio, env: { ...env, ...extra }, shell: process.platform === 'win32', encoding: 'utf8' });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    if (hidden) process.stderr.write(`${result.stdout}${result.stderr}`);
    process.exit(result.status ?? 1);
  }
}

const pnpm = (args, options) => run('npx', ['--yes', pnpmVersion, ...args], options);
const note = (text) => process.stderr.write(`mixwell: ${text}\n`);

function setup() {
  note('installing dependencies');
  pnpm(['install', '--frozen-lockfile', '--prefer-offline'], { quiet: true });
}

function build(...filters) {
  setup();
  note('building packages');
  pnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', ...filters], { quiet: true });
}

/** Types, lint, and the agreed shape of every package. */
function check() {
  note('checking types, lint and packages');
  pnpm(['exec', 'tsc', '-p', 'tsconfig.json']);
  pnpm(['exec', 'oxlint', '--type-aware', '--deny-warnings', '--quiet']);
  pnpm(['exec', 'knip', '--no-config-hints']);
  run(process.execPath, ['scripts/check-packages.mjs']);
  pnpm(['exec', 'node', 'scripts/check-tarballs.mjs']);
}

const vitest = (args, extra = {}) => pnpm(['exec', 'vitest', 'run', ...args], { extra });

/** Golden vectors of all packages, or those of the folder MIXWELL_GOLDEN, which is relative to where the command was typed. */
function golden() {
  const folder = env.MIXWELL_GOLDEN && resolve(env.INIT_CWD ?? process.cwd(), env.MIXWELL_GOLDEN);
  vitest(['/golden.test.ts', '--reporter=default', '--reporter=./config/golden-report.ts'], folder ? { MIXWELL_GOLDEN: folder } : {});
}

/** TensorFlow.js's own specs on the back end `onnxruntime`; an argument chooses those whose names contain it. */
function conformance(args) {
  note('running the specs of TensorFlow.js on onnxruntime');
  run(process.execPath, ['packages/tfjs-onnx/conformance/run.mjs', ...args]);
}

/**
 * Tests that are about no particular back end, on tfjs-node, wasm and cpu; arguments go to vitest. Where tfjs-node cannot be had, the last line says so, and the run
 * fails with exit code 3, but for `--if-available`.
 */
function backEnds(args) {
  const filters = args.filter((arg) => arg !== '--if-available');
  let extra = { MIXWELL_BACKENDS: 'wasm,cpu' };
  try {
    extra = { ...quietTensorFlow, MIXWELL_TFJS_NODE: ensureTfjsNode() };
  } catch (error) {
    if (filters.length === args.length) process.exitCode = 3;
    process.once('exit', () => note(`tfjs-node is not available here, nothing was tested on it: ${error.message}`));
  }
  vitest(['--config', 'config/back-ends.ts', ...filters], extra);
}

const tasks = {
  setup: () => setup(),
  build: () => build(),
  check: () => { build(); check(); },
  demo: (args) => { build('--filter=@mixwell/demo...'); run(process.execPath, ['apps/demo/dist/cli.js', ...args], { cwd: process.cwd() }); },
  bench: (args) => { build('--filter=@mixwell/benchmark...'); run(process.execPath, ['apps/benchmark/dist/cli.js', 'bench', ...args], { cwd: process.cwd() }); },
  reproduce: (args) => { build('--filter=@mixwell/benchmark...'); run(process.execPath, ['apps/benchmark/dist/cli.js', 'reproduce', ...args], { cwd: process.cwd() }); },
  pictures: (args) => { build('--filter=@mixwell/benchmark...'); run(process.execPath, ['apps/benchmark/dist/cli.js', 'pictures', ...args], { cwd: process.cwd() }); },
  test: (args) => { build(); if (args.length === 0) { check(); conformance([]); } vitest(args); },
  'test:slow': (args) => { build(); vitest(['.slow.test.ts', ...args], { MIXWELL_SLOW: '1' }); },
  'test:golden': () => { setup(); golden(); }, // tests read sources
  'test:conformance': (args) => { setup(); conformance(args); }, // bundles sources
  'test:tfjs-node': (args) => { setup(); backEnds(args); },
  exec: (args) => { setup(); pnpm(['exec', ...args]); },
  pnpm: (args) => pnpm(args),
};

const [task = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(tasks, task)) {
  note(`unknown task '${task}', expected one of ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
tasks[task](args);
