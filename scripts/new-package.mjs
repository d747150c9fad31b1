// Makes a new package of the agreed shape. usage: npm run new-package -- <name> "<what it is for>" [--app] [--private]
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { positionals, values } = parseArgs({ allowPositionals: true, options: { app: { type: 'boolean' }, private: { type: 'boolean' } } });
const [name = '', description = ''] = positionals;
if (!/^[a-z][a-z0-9-]*$/.test(name) || description === '') {
  process.stderr.write('usage: npm run new-package -- <kebab-case-name> "<what it is for>" [--app] [--private]\n');
  process.exit(2);
}

const parent = values.app ? 'apps' : 'packages';
const folder = join(root, parent, name);
if (existsSync(folder)) {
  process.stderr.write(`new-package: ${parent}/${name} exists already\n`);
  process.exit(1);
}

const manifest = {
  name: `@mixwell/${name}`,
  version: '0.0.0',
  ...(values.private ? { private: true } : {}),
  description,
  license: 'MIT',
  repository: { type: 'git', url: 'git+https://github.com/mixwell/mixwell.git', directory: `${parent}/${name}` },
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20.19' },
  ...(values.app
    ? { bin: { [`mixwell-${name}`]: './dist/cli.js' } }
    : { exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' } }),
  files: ['dist'],
  scripts: { build: 'tsup --config ../../config/tsup.ts', test: 'vitest run' },
  ...(values.private ? {} : { publishConfig: { access: 'public' } }),
};

const files = {
  'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
  'tsconfig.json': '{\n  "extends": "../../config/tsconfig.json",\n  "compilerOptions": { "rootDir": "src", "outDir": "dist" },\n  "include": ["src"],\n  "exclude": ["src/**/*.test.ts", "src/**/*.test-d.ts"]\n}\n',
  'vitest.config.ts': "export { default } from '../../config/vitest.ts';\n",
  'README.md': `# @mixwell/${name}\n\n${description}\n`,
  [values.app ? 'src/cli.ts' : 'src/index.ts']: 'export {};\n',
};
mkdirSync(join(folder, 'src'), { recursive: true });
for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
process.stdout.write(`${parent}/${name} is there. Next: npm run setup, then write src and a changeset.\n`);
