// Fails when a package drifts from the agreed shape, or library code uses what the house forbids.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const problems = [];
const list = (folder) => (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []);
const folders = ['packages', 'apps'].flatMap((parent) => list(join(root, parent)).filter((e) => e.isDirectory()).map((e) => join(root, parent, e.name)));

/** The layers of the design, and the layers that each may lean on. */
const layers = {
  apps: { members: ['demo', 'onnx-export', 'benchmark', 'playground'], below: ['apps', 'methods', 'training', 'base', 'root'] },
  methods: { members: ['mix-core', 'losses', 'calibration', 'metric-mix', 'distill', 'dataset-distill', 'merging', 'continual', 'test-time', 'neural-collapse'], below: ['methods', 'base', 'root'] },
  training: { members: ['train', 'models', 'data', 'plots'], below: ['base', 'root'] },
  base: { members: ['autodiff'], below: ['root'] },
  root: { members: ['tensor', 'tfjs-onnx'], below: [] },
};
const layerOf = (name) => Object.keys(layers).find((layer) => layers[layer].members.includes(name.replace('@mixwell/', '')));

function checkManifest(folder, manifest) {
  const name = relative(root, folder);
  const want = (holds, what) => { if (!holds) problems.push(`${name}: ${what}`); };
  want(manifest.name === `@mixwell/${folder.split(/[\\/]/).at(-1)}`, `is called ${manifest.name}`);
  want(manifest.private || layerOf(manifest.name), 'has no layer (scripts/check-packages.mjs)');
  want(manifest.type === 'module', 'is not an ES module');
  want(manifest.license === 'MIT', 'has no MIT licence');
  want(manifest.engines?.node === '>=20.19', 'does not say engines.node >=20.19');
  want(manifest.private || manifest.publishConfig?.access === 'public', 'is neither private nor published');
  want(manifest.repository?.directory === name, 'names another repository.directory');
  want(manifest.files?.length === 1 && manifest.files[0] === 'dist', 'publishes more than dist');
  want(!manifest.exports || manifest.exports['./package.json'], 'does not export ./package.json');
  for (const file of ['README.md', 'tsconfig.json', 'vitest.config.ts']) want(existsSync(join(folder, file)), `lacks ${file}`);
  for (const [dependency, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies })) {
    want(version === (dependency.startsWith('@mixwell/') ? 'workspace:^' : 'catalog:'), `pins ${dependency} to ${version} instead of the catalog`);
  }
  want(!manifest.dependencies?.['@tensorflow/tfjs-core'] || name.startsWith('apps/') || manifest.private, 'depends on tfjs-core, which has to be a peer');
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (!dependency.startsWith('@mixwell/') || manifest.private) continue;
    want(layers[layerOf(manifest.name)]?.below.includes(layerOf(dependency)), `leans on ${dependency}, which is not below it`);
  }
}

/** Unseeded randomness and output to the console have no place in a library. */
const forbidden = [
  [/\bMath\.random\b/, 'Math.random (draw from an Rng)'],
  [/\bconsole\./, 'console (return data, or take a logger)'],
  [/\btf\.(randomUniform|randomNormal|randomStandardNormal|randomGamma|truncatedNormal|dropout|multinomial|rand)\(/, 'an unseeded draw of TensorFlow.js (use the Rng functions of @mixwell/tensor/tf)'],
  [/\b(TODO|FIXME|XXX)\b/, 'an unfinished note'],
];

function checkSources(folder, isLibrary) {
  for (const entry of list(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) { checkSources(path, isLibrary); continue; }
    if (!entry.name.endsWith('.ts') || /\.test(-d)?\.ts$/.test(entry.name)) continue;
    readFileSync(path, 'utf8').split('\n').forEach((line, index) => {
      for (const [pattern, what] of forbidden) {
        if (isLibrary && pattern.test(line)) problems.push(`${relative(root, path)}:${index + 1}: uses ${what}`);
      }
      if (/from '@mixwell\/[a-z-]+\/(src|dist)/.test(line)) problems.push(`${relative(root, path)}:${index + 1}: reaches into another package`);
    });
  }
}

for (const folder of folders) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) continue;
  checkManifest(folder, JSON.parse(readFileSync(file, 'utf8')));
  checkSources(join(folder, 'src'), folder.startsWith(join(root, 'packages')));
}
if (problems.length > 0) {
  process.stderr.write(`check-packages: ${problems.length} problems\n${problems.map((p) => `  ${p}\n`).join('')}`);
  process.exit(1);
}
process.stdout.write(`check-packages: ${folders.length} packages have the agreed shape\n`);
