// Looks at the packages as a user gets them: packs each, lints the tarballs, installs them into empty projects with npm,
// type-checks every public entry under the strictest settings, loads every entry in plain Node 20, 22 and 24, and runs models there in worker threads.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const work = mkdtempSync(join(tmpdir(), 'mixwell-tarballs-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** Runs a program; ends the check with its output when it fails. */
function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: process.platform === 'win32', env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_update_notifier: 'false' } });
  if (result.status !== 0) {
    process.stderr.write(`check-tarballs: ${command} ${args.join(' ')} failed\n${result.stdout}${result.stderr}\n`);
    process.exit(1);
  }
  return result.stdout;
}

const bin = (name) => join(root, 'node_modules', '.bin', name);
const packages = readdirSync(join(root, 'packages'))
  .concat(readdirSync(join(root, 'apps')).map((name) => `../apps/${name}`))
  .map((name) => join(root, 'packages', name))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => !manifest.private);

for (const entry of packages) {
  run('pnpm', ['pack', '--pack-destination', work], entry.folder);
  entry.tarball = join(work, `${entry.manifest.name.replace('@', '').replace('/', '-')}-${entry.manifest.version}.tgz`);
  run(bin('publint'), ['run', '--strict', entry.tarball], work);
  if (entry.manifest.exports) run(bin('attw'), ['--profile', 'esm-only', '--no-emoji', entry.tarball], work);
}

/** Entries that export nothing: threads are started, not imported. */
const isThread = (entry) => entry.endsWith('-worker');
const entriesOf = ({ manifest }) => Object.keys(manifest.exports ?? {}).filter((key) => key !== './package.json').map((key) => manifest.name + key.slice(1));

/** A project as `npm install` makes it, with every entry imported in one strict TypeScript file. */
function consumer(name, dependencies, entries, strictLibraries) {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module', dependencies }));
  const compilerOptions = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, module: 'NodeNext', target: 'ES2022', lib: ['ES2023'], types: [], noEmit: true, skipLibCheck: !strictLibraries };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  writeFileSync(join(folder, 'main.ts'), entries.map((entry, i) => `import * as m${i} from '${entry}';\nexport const n${i}: number = Object.keys(m${i}).length;\n`).join(''));
  writeFileSync(join(folder, 'main.mjs'), `${entries.filter((entry) => !isThread(entry)).map((entry) => `if (Object.keys(await import('${entry}')).length === 0) throw new Error('${entry} exports nothing');\n`).join('')}`);
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder);
  run(bin('tsc'), ['-p', 'tsconfig.json'], folder);
  run(process.execPath, ['main.mjs'], folder);
  return folder;
}

const byName = Object.fromEntries(packages.map((entry) => [entry.manifest.name, `file:${entry.tarball}`]));
const catalog = Object.fromEntries(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split('\n').map((line) => /^ {2}'?([@\w/-]+)'?: (\^?[\d.]+)$/.exec(line)).filter(Boolean).map(([, name, version]) => [name, version]));

// the root entry of tensor with no TensorFlow.js in sight, library types checked too
consumer('tensor-alone', { '@mixwell/tensor': byName['@mixwell/tensor'] }, ['@mixwell/tensor'], true);

const peers = Object.fromEntries(['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu', 'onnxruntime-node'].map((name) => [name, catalog[name]]));
const everything = consumer('everything', { ...byName, ...peers }, packages.flatMap(entriesOf), false);
for (const { manifest } of packages) {
  for (const command of Object.keys(manifest.bin ?? {})) run(join(everything, 'node_modules', '.bin', command), ['--help'], everything);
}
// the back end in worker threads, by both ways of calling onnxruntime-node
copyFileSync(join(root, 'packages', 'tfjs-onnx', 'smoke', 'threads.mjs'), join(everything, 'threads.mjs'));
run(process.execPath, ['threads.mjs'], everything);
// the same on the other Node majors that we promise
const majors = [20, 22, 24].filter((major) => major !== Number(process.versions.node.split('.')[0]));
for (const major of majors) {
  for (const program of ['main.mjs', 'threads.mjs']) run('npx', ['--yes', '-p', `node@${major}`, 'node', program], everything);
}
process.stdout.write(`check-tarballs: ${packages.length} packages pass publint and are-the-types-wrong, install with npm, type-check, load and run in threads on Node 20, 22 and 24\n`);
