import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

/** What tsup needs to know of a package.json. */
interface Manifest {
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

/** `.` is src/index.ts, `./tf` is src/tf.ts; a bin `./dist/cli.js` is src/cli.ts. */
const sources = [
  ...Object.keys(manifest.exports ?? {})
    .filter((key) => key !== './package.json')
    .map((key) => (key === '.' ? 'index' : key.slice(2))),
  ...Object.values(manifest.bin ?? {}).map((file) => file.replace(/^\.\/dist\//, '').replace(/\.js$/, '')),
];

const config: Options = {
  entry: Object.fromEntries(sources.map((name) => [name, `src/${name}.ts`])),
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  external: Object.keys(manifest.optionalDependencies ?? {}), // tsup leaves out the other kinds by itself
  dts: manifest.exports ? { compilerOptions: { isolatedDeclarations: true, declaration: true } } : false,
  clean: true,
  splitting: true,
  sourcemap: false,
};

export default defineConfig(config);
