import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { create, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { ModelProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOnnx, type OnnxModel, type OnnxNode, saveOnnx, writeOnnx } from './index.ts';
import { everything } from './onnx/fixtures.ts';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'load-onnx-')); });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small: OnnxModel = {
  irVersion: 8,
  opset: { '': 17 },
  graph: {
    name: 'classifier',
    inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 2] }],
    outputs: [{ name: 'y', dtype: 'float32', dims: ['batch', 3] }],
    initializers: [{ name: 'fc.weight', dtype: 'float32', dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }, { name: 'fc.bias', dtype: 'float32', dims: [3], data: Float32Array.of(0, 0, 1) }],
    nodes: [{ op: 'MatMul', inputs: ['x', 'fc.weight'], outputs: ['t'], name: 'fc/MatMul' }, { op: 'Add', inputs: ['t', 'fc.bias'], outputs: ['y'] }],
  },
};
const withNodes = (nodes: OnnxNode[], output = 'y'): Uint8Array => writeOnnx({ ...small, graph: { ...small.graph, nodes, outputs: [{ ...small.graph.outputs[0]!, name: output }] } });

/** A model with one tensor whose elements are elsewhere. */
function external(entries: Readonly<Record<string, string>>, dims: readonly bigint[] = [4n], count = 1): Uint8Array {
  const tensor = (_: unknown, i: number) => ({
    name: `w${i}`, dataType: 1, dims: [...dims], dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value: value.replace('#', String(i)) })),
  });
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph: { name: 'g', initializer: Array.from({ length: count }, tensor) } }));
}

/** What an error says; it must come fast. Time of the processor, with that of its other threads, on a machine that may be busy: a tenth of a second is the aim. */
async function refusal(source: Parameters<typeof loadOnnx>[0], options?: Parameters<typeof loadOnnx>[1]): Promise<string> {
  const start = process.cpuUsage();
  const message = await loadOnnx(source, options).then(() => 'loaded', (error: Error) => error.message);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(1000);
  return message;
}

describe('loadOnnx', () => {
  it('reads a file by path, URL or bytes: weights as host tensors by name', async () => {
    const path = join(folder, 'small.onnx');
    await saveOnnx(path, small);
    for (const source of [path, pathToFileURL(path), writeOnnx(small)]) {
      const program = await loadOnnx(source);
      expect(Object.entries(program.weights)).toEqual([
        ['fc.weight', { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }], ['fc.bias', { dtype: 'float32', shape: [3], data: Float32Array.of(0, 0, 1) }],
      ]);
      expect(program.model).toEqual(small);
      expect([program.name, program.inputs, program.outputs]).toEqual(['classifier', small.graph.inputs, small.graph.outputs]);
    }
    expect(readdirSync(folder)).toEqual(['small.onnx']);
  });

  it('reads elements from files beside, and writes them there', async () => {
    const data = Float32Array.from({ length: 1000 }, (_, i) => i);
    const model: OnnxModel = { ...small, graph: { ...small.graph, initializers: [...small.graph.initializers, { name: 'large', dtype: 'float32', dims: [10, 100], data }] } };
    const path = join(folder, 'split.onnx');
    await saveOnnx(path, model, { externalData: true });
    expect(readdirSync(folder).filter((name) => name.startsWith('split')).toSorted()).toEqual(['split.onnx', 'split.onnx.data']);
    const program = await loadOnnx(path);
    expect(program.model).toEqual(model);
    expect(program.weights['large']!.data).toEqual(data);
    await saveOnnx(join(folder, 'joined.onnx'), program);
    expect((await loadOnnx(join(folder, 'joined.onnx'))).model).toEqual(model);
  });

  it('takes elements from whoever gives them', async () => {
    const bytes = external({ location: 'weights.bin', offset: '4' });
    const file = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4).buffer);
    const program = await loadOnnx(bytes, { externalData: (location) => Promise.resolve(location === 'weights.bin' ? file : new Uint8Array(0)) });
    expect(program.weights['w0']!.data).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(await refusal(bytes)).toBe('loadOnnx: tensor w0: its elements are in "weights.bin"; give them with the option externalData');
    expect(await refusal(bytes, { externalData: () => 'text' as unknown as Uint8Array })).toBe('loadOnnx: tensor w0: externalData must give a Uint8Array for "weights.bin"');
  });

  it('refuses elements outside of the folder of the model, and what is no file', async () => {
    const inner = join(folder, 'inner');
    mkdirSync(join(inner, 'below'), { recursive: true });
    writeFileSync(join(folder, 'secret.bin'), new Uint8Array(16));
    writeFileSync(join(inner, 'below', 'ok.bin'), new Uint8Array(16));
    symlinkSync(join(folder, 'secret.bin'), join(inner, 'link.bin'));
    symlinkSync(folder, join(inner, 'up'));
    mkdirSync(`${inner}-too`);
    writeFileSync(join(`${inner}-too`, 'secret.bin'), new Uint8Array(16));
    symlinkSync(`${inner}-too`, join(inner, 'too'));
    symlinkSync(join(inner, 'below', 'ok.bin'), join(inner, 'within.bin'));
    const at = async (location: string): Promise<string> => {
      const path = join(inner, 'model.onnx');
      writeFileSync(path, external({ location }));
      return (await refusal(path)).replace(`loadOnnx: ${path}: tensor w0: its elements are in ${JSON.stringify(location)}, `, '');
    };
    const outside = 'which is outside of the folder of the model; to allow that, read it yourself with the option externalData';
    for (const location of ['../secret.bin', 'below/../../secret.bin', '..\\secret.bin', join(folder, 'secret.bin'), 'C:\\secret.bin', 'link.bin', 'up/secret.bin', 'too/secret.bin']) expect(await at(location), location).toBe(outside);
    expect(await at('below')).toBe('which is no file');
    expect(await at('missing.bin')).toBe('which is not there');
    expect(await at('')).toBe('which is no name of a file');
    expect(await at('a\0b')).toBe('which is no name of a file');
    for (const location of ['below/ok.bin', './below/ok.bin', 'within.bin']) expect(await at(location), location).toBe('loaded');
  });

  it('refuses places that a file does not have', async () => {
    const file = (): Uint8Array => new Uint8Array(64);
    const says = (entries: Record<string, string>, dims?: bigint[], count?: number): Promise<string> => refusal(external({ location: 'f', ...entries }, dims, count), { externalData: file });
    expect(await says({ offset: '60' })).toBe('loadOnnx: tensor w0: bytes 60 to 76 of "f" are needed, which has 64');
    expect(await says({ offset: '-4' })).toBe('loadOnnx: tensor w0: offset in "f" must be a whole number, got "-4"');
    expect(await says({ length: '1e9' })).toMatch(/length in "f" must be a whole number, got "1e9"/);
    expect(await says({ length: '99999999999999999999' })).toMatch(/length in "f" must be a whole number/);
    expect(await says({ length: '12' })).toBe('loadOnnx: tensor w0: it takes 16 bytes, and the model says 12 of "f"');
    expect(await says({}, [2n ** 40n])).toBe('loadOnnx: tensor w0: bytes 0 to 4398046511104 of "f" are needed, which has 64');
    expect(await says({ offset: '#' }, [4n], 8)).toBe('loadOnnx: tensor w4: its range in "f" overlaps with those of other tensors');
    expect(await says({}, [16n], 8)).toBe('loaded');
  });

  it('refuses sizes that no file can have, without making room for them', async () => {
    const dims = (...sizes: bigint[]): Uint8Array => toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ version: 17n }], graph: { initializer: [{ name: 'w', dataType: 1, dims: sizes }] } }));
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusal(dims(2n ** 40n))).toMatch(/^loadOnnx: byte \d+, graph: tensor w: 1099511627776 elements of float32 expected in float_data, got 0/);
    expect(await refusal(dims(-1n, 4n))).toMatch(/tensor w: dims \[-1, 4\]/);
    expect(await refusal(dims(2n ** 31n, 2n ** 31n, 2n ** 31n))).toMatch(/tensor w: dims \[2147483648, 2147483648, 2147483648\]/);
    expect(await refusal(dims(2n ** 62n))).toMatch(/tensor w: dims/);
    expect(await refusal(dims(...Array.from({ length: 100_000 }, () => 1n)))).toMatch(/tensor w: 100000 axes/);
    // a message that says it has 2 GB
    expect(await refusal(Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0))).toBe('loadOnnx: byte 6, graph: 2147483647 bytes expected, 1 left');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  it('refuses files that are none', async () => {
    expect(await refusal(join(folder, 'nowhere.onnx'))).toMatch(/^loadOnnx: .*nowhere\.onnx: ENOENT/);
    expect(await refusal(folder)).toBe(`loadOnnx: ${folder}: it is no file`);
    expect(await refusal('/dev/zero')).toBe('loadOnnx: /dev/zero: it is no file');
    const huge = join(folder, 'huge.onnx');
    writeFileSync(huge, '');
    truncateSync(huge, 2 ** 31);
    expect(await refusal(huge)).toBe(`loadOnnx: ${huge}: an ONNX file is smaller than 2 GiB, this one has 2147483648 bytes`);
    rmSync(huge);
    writeFileSync(huge, '<html>');
    expect(await refusal(huge)).toMatch(/^loadOnnx: .*huge\.onnx: byte \d+/);
  });

  it('refuses graphs that are no programs, naming the node', async () => {
    const relu = (input: string, output: string, name?: string): OnnxNode => ({ op: 'Relu', inputs: [input], outputs: [output], ...(name && { name }) });
    expect(await refusal(withNodes([relu('z', 'y', 'act')]))).toBe('loadOnnx: node act (Relu): input z is given by nothing');
    expect(await refusal(withNodes([relu('x', 'y'), relu('x', 'y')]))).toBe('loadOnnx: node y (Relu): output y is given twice');
    expect(await refusal(withNodes([relu('x', 'x')]))).toBe('loadOnnx: node x (Relu): output x is given twice');
    expect(await refusal(withNodes([relu('x', 'fc.bias')]))).toBe('loadOnnx: node fc.bias (Relu): output fc.bias is given twice');
    expect(await refusal(withNodes([relu('b', 'a', 'first'), relu('a', 'b', 'second'), relu('x', 'y')]))).toBe('loadOnnx: nodes need each other in a circle: node first (Relu) ← node second (Relu) ← node first (Relu)');
    expect(await refusal(withNodes([relu('y', 'y')]))).toBe('loadOnnx: nodes need each other in a circle: node y (Relu) ← node y (Relu)');
    expect(await refusal(withNodes([], 'nothing'))).toBe('loadOnnx: output nothing of graph classifier is given by nothing');
    expect(await refusal(withNodes([{ ...relu('x', 'y'), domain: 'org.nobody' }]))).toBe('loadOnnx: node y (Relu): no opset_import says which version of the operators of org.nobody is meant');
    expect(await refusal(writeOnnx({ ...small, graph: { ...small.graph, initializers: [small.graph.initializers[1]!, small.graph.initializers[1]!] } }))).toBe('loadOnnx: initializer fc.bias is there twice');
    expect(await refusal(writeOnnx({ ...small, graph: { ...small.graph, inputs: [small.graph.inputs[0]!, small.graph.inputs[0]!] } }))).toBe('loadOnnx: input x is there twice');
  });

  it('looks into graphs within graphs and functions', async () => {
    const branch = (input: string, output = 'b') => ({ name: 'branch', inputs: [], outputs: [{ name: 'b', dtype: 'float32' as const, dims: null }], initializers: [], nodes: [{ op: 'Neg', inputs: [input], outputs: [output] }] });
    const conditional = (input: string, output?: string): OnnxNode => ({ op: 'If', inputs: ['fc.bias'], outputs: ['y'], attrs: { then_branch: { graph: branch(input, output) } } });
    expect(await refusal(withNodes([conditional('x')]))).toBe('loaded');
    expect(await refusal(withNodes([conditional('q')]))).toBe('loadOnnx: node b (Neg): input q is given by nothing');
    expect(await refusal(withNodes([conditional('x', 'c')]))).toBe('loadOnnx: output b of graph branch is given by nothing');
    expect(await refusal(withNodes([conditional('y')]))).toBe('loadOnnx: nodes need each other in a circle: node y (If) ← node y (If)');
    const itself = { ...branch('x'), outputs: [{ name: 'y', dtype: 'float32' as const, dims: null }], nodes: [] };
    expect(await refusal(withNodes([{ ...conditional('x'), attrs: { then_branch: { graph: itself } } }]))).toBe('loadOnnx: nodes need each other in a circle: node y (If) ← node y (If)');
    const fn = (name: string, op: string) => ({ name, domain: 'local', inputs: ['a'], outputs: ['b'], opset: { '': 17, local: 1 }, nodes: [{ op, domain: op === 'Neg' ? '' : 'local', inputs: ['a'], outputs: ['b'] }] });
    const withFunctions = (...functions: ReturnType<typeof fn>[]): Uint8Array => writeOnnx({ ...small, functions, opset: { '': 17, local: 1 }, graph: { ...small.graph, nodes: [{ op: 'F', domain: 'local', inputs: ['x'], outputs: ['y'] }] } });
    expect(await refusal(withFunctions(fn('F', 'G'), fn('G', 'Neg')))).toBe('loaded');
    expect(await refusal(withFunctions(fn('F', 'G'), fn('G', 'F')))).toBe('loadOnnx: functions call each other in a circle: local.F → local.G → local.F');
    expect(await refusal(withFunctions(fn('F', 'Neg'), fn('F', 'Neg')))).toBe('loadOnnx: function local.F is there twice');
    expect(await refusal(withFunctions({ ...fn('F', 'Neg'), inputs: ['other'] }))).toBe('loadOnnx: function local.F: node b (Neg): input a is given by nothing');
  });

  it('reads long chains and circles in no time', async () => {
    const chain = Array.from({ length: 20_000 }, (_, i): OnnxNode => ({ op: 'Relu', inputs: [i === 0 ? 'x' : `t${i - 1}`], outputs: [`t${i}`] })).toReversed();
    const file = withNodes(chain, 't19999');
    const circle = withNodes(chain.map((node) => (node.inputs[0] === 'x' ? { ...node, inputs: ['t19999'] } : node)), 't19999');
    expect(await refusal(file)).toBe('loaded');
    expect(await refusal(circle)).toMatch(/^loadOnnx: nodes need each other in a circle: (node t\d+ \(Relu\) ← ){7}node t19999 \(Relu\)$/);
  });

  it('refuses a file that was cut at any byte', async () => {
    const bytes = writeOnnx(everything);
    for (let length = 0; length < bytes.length; length += 1) expect(await loadOnnx(bytes.subarray(0, length)).then(() => 'loaded', (error: Error) => error.message), `cut to ${length}`).toMatch(/^loadOnnx: byte \d+/);
  });

  it('loads or refuses any damage, and never fails in another way', async () => {
    const bytes = writeOnnx({ ...small, functions: [{ name: 'F', domain: 'local', inputs: ['a'], outputs: ['b'], opset: { '': 17 }, nodes: [{ op: 'Neg', inputs: ['a'], outputs: ['b'] }] }], metadata: { a: 'b' } });
    const flip = fc.record({ at: fc.nat(bytes.length - 1), value: fc.nat(255) });
    await fc.assert(fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), fc.option(fc.tuple(fc.nat(bytes.length), fc.uint8Array({ maxLength: 12 }))), async (flips, insertion) => {
      const damaged = bytes.slice();
      for (const { at, value } of flips) damaged[at] = value;
      const [at, extra] = insertion ?? [0, new Uint8Array(0)];
      const file = Uint8Array.of(...damaged.subarray(0, at), ...extra, ...damaged.subarray(at));
      const text = await loadOnnx(file, { externalData: () => new Uint8Array(100) }).then((program) => (String(program), 'loadOnnx: loaded'), (error: Error) => error.message);
      expect(text).toMatch(/^loadOnnx: /);
    }), { numRuns: 4000, seed: 3 });
  });

  it('leaves nothing behind where it cannot write', async () => {
    const place = join(folder, 'place');
    mkdirSync(join(place, 'model.onnx'), { recursive: true });
    await expect(saveOnnx(join(place, 'model.onnx'), small)).rejects.toThrow();
    expect(readdirSync(place)).toEqual(['model.onnx']);
  });
});
