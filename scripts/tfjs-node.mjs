// Makes @tensorflow/tfjs-node available in the folder .tfjs-node, for tests and benchmarks; no package depends on it.
// It downloads its TensorFlow library itself where that works, else it is built against the one inside of the Python wheel tensorflow-cpu.
// usage: node scripts/tfjs-node.mjs prints the folder of the module. An installation of your own: MIXWELL_TFJS_NODE=<folder of the module>
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '4.22.0';
/** Of the wheel. That for one version of Python is taken whatever the machine's Python is: only its C library is used. */
const TENSORFLOW = { version: '2.21.0', python: '3.11' };

const home = join(dirname(dirname(fileURLToPath(import.meta.url))), '.tfjs-node');
const installed = join(home, 'node_modules', '@tensorflow', 'tfjs-node');
const note = (text) => process.stderr.write(`tfjs-node: ${text}\n`);

/** TensorFlow writes what it finds out about the processor to stderr; its oneDNN kernels round differently from run to run. */
export const quietTensorFlow = { TF_CPP_MIN_LOG_LEVEL: '3', TF_ENABLE_ONEDNN_OPTS: '0' };

/** Runs a program without a word; gives what it printed, and whether it went well. */
function attempt(command, args, { cwd = home, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd, env: { ...process.env, ...env }, encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 1 << 28,
  });
  return { ok: status === 0, text: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim() };
}

const lastLines = (text, count = 12) => text.split('\n').slice(-count).join('\n');

function insist(what, command, args, options) {
  const { ok, text } = attempt(command, args, options);
  if (!ok) throw new Error(`${what} failed: ${command} ${args.join(' ')}\n${lastLines(text)}`);
}

/** Adds two numbers with it, in a process of its own. Gives what goes wrong, or undefined. */
function whyNot(folder) {
  if (!existsSync(join(folder, 'package.json'))) return `there is no module in ${folder}`;
  const program = `
    require('node:util').isNullOrUndefined ??= (value) => value == null; // tfjs-node uses it, Node 23 has dropped it
    const tf = require(${JSON.stringify(folder)});
    if (tf.getBackend() !== 'tensorflow' || tf.add(1, 2).dataSync()[0] !== 3) throw new Error('1 + 2 is not 3 on ' + tf.getBackend());`;
  const { ok, text } = attempt(process.execPath, ['-e', program], { cwd: process.cwd(), env: quietTensorFlow });
  return ok ? undefined : text;
}

function install() {
  note(`installing @tensorflow/tfjs-node ${VERSION}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), `${JSON.stringify({ private: true, dependencies: { '@tensorflow/tfjs-node': VERSION } })}\n`);
  insist('installing it', 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']);
}

/** What its install script does by itself. @returns what goes wrong, or undefined */
function download() {
  note('downloading its TensorFlow library');
  const { ok, text } = attempt('npm', ['run', 'install'], { cwd: installed });
  return ok ? whyNot(installed) : text;
}

/** What building needs and this machine has not. */
function missing() {
  const needed = [
    [['c++', 'g++', 'clang++'], ['--version'], 'a C++ compiler'],
    [['make'], ['--version'], 'make'],
    [['python3'], ['--version'], 'python3'],
    [['python3'], ['-m', 'pip', '--version'], 'pip of python3'],
  ];
  return needed.filter(([commands, args]) => !commands.some((command) => attempt(command, args).ok)).map(([, , name]) => name);
}

const UNPACK = `
import sys, zipfile
wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith("tensorflow/include/") or name in ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"):
            archive.extract(name, folder)
`;

/** Fills `deps` with headers and libraries out of the wheel, under the names that the add-on links against. */
function takeTensorFlow() {
  const [wheels, deps] = [join(home, 'wheel'), join(installed, 'deps')];
  const { version, python } = TENSORFLOW;
  note(`downloading the Python wheel of tensorflow-cpu ${version}`);
  rmSync(wheels, { recursive: true, force: true });
  insist('downloading the wheel', 'python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:',
    `--python-version=${python}`, `--dest=${wheels}`, `tensorflow-cpu==${version}`]);
  insist('unpacking the wheel', 'python3', ['-c', UNPACK, join(wheels, readdirSync(wheels)[0]), wheels]);
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  renameSync(join(wheels, 'tensorflow', 'include'), join(deps, 'include'));
  const libraries = {
    'libtensorflow_cc.so.2': ['libtensorflow.so', 'libtensorflow.so.2.9.1'], // that version is written into its scripts
    'libtensorflow_framework.so.2': ['libtensorflow_framework.so'],
  };
  for (const [library, names] of Object.entries(libraries)) {
    renameSync(join(wheels, 'tensorflow', library), join(deps, 'lib', library));
    for (const name of names) symlinkSync(library, join(deps, 'lib', name));
  }
  rmSync(wheels, { recursive: true });
}

/** Node's own headers, if they are there: node-gyp downloads them otherwise. The add-on uses Node-API, so that those of another version serve. */
function headers() {
  const folders = [dirname(dirname(realpathSync(process.execPath))), '/usr', '/usr/local'];
  const nodedir = folders.find((folder) => existsSync(join(folder, 'include', 'node', 'node_api.h')));
  return nodedir ? { npm_config_nodedir: nodedir } : {};
}

/** @returns what goes wrong, or undefined */
function buildAgainstWheel() {
  if (process.platform !== 'linux') return `building it against a Python wheel works on Linux only, this is ${process.platform}`;
  const lacking = missing();
  if (lacking.length > 0) return `building it needs ${lacking.join(', ')}: not found on this machine`;
  takeTensorFlow();
  note('building its add-on');
  insist('building the add-on', 'npm', ['run', 'build-addon-from-source'], { cwd: installed, env: headers() });
  rmSync(join(installed, 'deps', 'include'), { recursive: true });
  return whyNot(installed);
}

/**
 * The folder of a tfjs-node that works: that of MIXWELL_TFJS_NODE, or else ours, installed when it is not there yet.
 * @throws {Error} that says why there is none
 */
export function ensureTfjsNode() {
  const own = process.env['MIXWELL_TFJS_NODE'];
  if (own) {
    const folder = resolve(process.env['INIT_CWD'] ?? process.cwd(), own);
    const reason = whyNot(folder);
    if (reason) throw new Error(`MIXWELL_TFJS_NODE names no tfjs-node that works: ${lastLines(reason)}`);
    return folder;
  }
  if (!whyNot(installed)) return installed;
  install();
  const blocked = download();
  if (blocked) {
    note(`its own download does not work here (${blocked.split('\n').find((line) => line.includes('Error')) ?? lastLines(blocked, 1)})`);
    const reason = buildAgainstWheel();
    if (reason) throw new Error(lastLines(reason));
  }
  return installed;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    process.stdout.write(`${ensureTfjsNode()}\n`);
  } catch (error) {
    note(`not available: ${error.message}`);
    process.exitCode = 1;
  }
}
