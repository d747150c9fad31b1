import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const source = dirname(fileURLToPath(import.meta.url));
/** A project that has this package and nothing else. It exists in memory only. */
const project = join(dirname(source), 'elsewhere');
const installed = join(project, 'node_modules', '@mixwell', 'tensor');

const messages = (diagnostics: readonly ts.Diagnostic[]): string[] => diagnostics.map((diagnostic) => `${diagnostic.file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`);

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts'], module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: [],
  strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true,
};

/** The declarations of the root entry, as users get them. */
function declarations(): Map<string, string> {
  const files = new Map<string, string>();
  const program = ts.createProgram([join(source, 'index.ts')], { ...options, declaration: true, emitDeclarationOnly: true, allowImportingTsExtensions: true, skipLibCheck: true, rootDir: source, outDir: installed });
  program.emit(undefined, (path, text) => files.set(path, text.replaceAll(".ts'", ".js'")));
  return files;
}

function checkProject(files: ReadonlyMap<string, string>, main: string): string[] {
  const entry = join(project, 'main.ts');
  const all = new Map([...files, [entry, main],
    [join(project, 'package.json'), '{ "type": "module" }'],
    [join(installed, 'package.json'), '{ "name": "@mixwell/tensor", "type": "module", "exports": { ".": { "types": "./index.d.ts" } } }'],
  ]);
  const base = ts.createCompilerHost(options);
  const library = dirname(base.getDefaultLibFileName(options));
  // beyond the project there is the standard library of the language, and no node_modules
  const readable = (path: string): boolean => all.has(path) || path.startsWith(library);
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (path) => readable(path) && (all.has(path) || base.fileExists(path)),
    readFile: (path) => all.get(path) ?? (readable(path) ? base.readFile(path) : undefined),
    getSourceFile: (path, version) => (all.has(path) ? ts.createSourceFile(path, all.get(path)!, version) : base.getSourceFile(path, version)),
    directoryExists: (path) => [...all.keys()].some((file) => !relative(path, file).startsWith('..')),
    getCurrentDirectory: () => project,
    realpath: (path) => path,
  };
  const program = ts.createProgram([entry], { ...options, noEmit: true, skipLibCheck: false }, host);
  return messages(ts.getPreEmitDiagnostics(program));
}

describe('the root entry in a project without TensorFlow.js, ONNX Runtime, Node or DOM types', () => {
  const files = declarations();

  it('type-checks strictly, libraries included', () => {
    const main = `
      import { checkTensor, createRng, type HostTensor, hostTensor, normal, spec, type StateDict, stateDict, toHost } from '@mixwell/tensor';
      export const x: HostTensor<'float32'> = hostTensor('float32', [2], Float32Array.of(1, normal(createRng(1))));
      export const weights: StateDict<HostTensor> = stateDict([['w', toHost([[1, 2], [3, 4]])]]);
      checkTensor(x, spec('float32', ['n']), 'x');
    `;
    expect(checkProject(files, main)).toEqual([]);
  });

  it('and the check would tell', () => {
    expect(checkProject(files, "import * as tf from '@tensorflow/tfjs-core'; export const x: tf.Tensor = tf.scalar(1);").join()).toMatch(/Cannot find module '@tensorflow\/tfjs-core'/);
    const broken = new Map([...files].map(([path, text]) => [path, path.endsWith('index.d.ts') ? `${text}\nexport type { Tensor } from '@tensorflow/tfjs-core';` : text]));
    expect(checkProject(broken, "import { sizeOf } from '@mixwell/tensor'; sizeOf([1]);").join()).toMatch(/index\.d\.ts.*Cannot find module/);
  });
});
