import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitPlatt, fitVectorScaling } from '@mixwell/calibration';
import { architectures, fromDisk, toDisk } from '@mixwell/models';
import { hostTensor, type HostTensor, stateDict } from '@mixwell/tensor';
import { readStateDict, saveStateDict } from '@mixwell/tensor/node';
import { readOnnx } from '@mixwell/tfjs-onnx';
import { describe, expect, it } from 'vitest';
import { network, run, saveNetwork, temporaryFolder } from '../fixtures.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import { modelMetadata } from '../source/model-source.ts';

const tiny = { inputShape: [8, 8, 3], classes: 4, width: 4, depth: 1, norm: 'batch' } as const;

/** A folder with tiny.safetensors, a ConvNet-D. */
async function tinyFile(metadata: Readonly<Record<string, string>> = {}): Promise<{ folder: string; file: string; out: string }> {
  const folder = temporaryFolder();
  const file = join(folder, 'tiny.safetensors');
  await saveNetwork(file, network('convnet', tiny), metadata);
  return { folder, file, out: join(folder, 'model.onnx') };
}

const networks: readonly [string, Readonly<Record<string, unknown>>][] = [
  ['linear', { inputShape: [12], classes: 5 }],
  ['mlp', { inputShape: [12], classes: 3, hidden: [8] }],
  ['lenet', { inputShape: [28, 28, 1], classes: 10 }],
  ['convnet', { inputShape: [28, 28, 1], classes: 10, width: 4 }],
  ['convnet', { inputShape: [16, 16, 3], classes: 4, width: 4, norm: 'batch' }],
  ['resnet18', { inputShape: [32, 32, 3], classes: 10, width: 4 }],
];

describe('mixwell-onnx-export', () => {
  it.each(networks)('exports a file of %s weights alone: %j', async (arch, options) => {
    const folder = temporaryFolder();
    const [file, out] = [join(folder, 'model.safetensors'), join(folder, 'model.onnx')];
    await saveNetwork(file, network(arch, options));
    const { code, stdout, stderr } = await run(file, '--arch', arch, '--out', out);
    expect([code, stderr.split('\n').filter((line) => !line.endsWith(' …') && line !== '')]).toEqual([0, []]);
    expect(stdout.match(/^ {2}ok .*$/gm)).toHaveLength(4);
    expect(readOnnx(readFileSync(out)).graph.outputs).toEqual([{ name: 'logits', dtype: 'float32', dims: ['batch', options['classes']] }]);
    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'model.safetensors']);
  });

  it('gives what PyTorch gives', async () => {
    const folder = temporaryFolder();
    const [file, out] = [join(folder, 'resnet18.safetensors'), join(folder, 'model.onnx')];
    const fixture = await readStateDict(join(import.meta.dirname, '../../../../packages/models/fixtures/resnet18.safetensors'));
    const state = stateDict(Object.entries(fixture).filter(([name]) => name.startsWith('state.')).map(([name, tensor]) => [name.slice(6), tensor]));
    await saveStateDict(file, state);
    const [, channels, height, width] = fixture['images']!.shape;
    expect(await run(file, '--arch', 'resnet18', '--out', out, '--inputs-as-nchw', '--input-shape', `${height},${width},${channels}`)).toMatchObject({ code: 0 });
    const session = await (await openRuntime()).load(readFileSync(out));
    const images = hostTensor('float32', fixture['images']!.shape, Float32Array.from(fixture['images']!.data as Float32Array));
    const { logits } = await session.run({ input: images });
    await session.release();
    const expected = fixture['logits.eval']!.data as Float32Array;
    [...(logits!.data as Float32Array)].forEach((logit, i) => expect(Math.abs(logit - expected[i]!)).toBeLessThan(1e-5));
  });

  it('appends the calibrator of a file', async () => {
    const { folder, file, out } = await tinyFile(modelMetadata(network('convnet', { ...tiny }).model));
    const saved = join(folder, 'calibrator.json');
    writeFileSync(saved, JSON.stringify(fitVectorScaling([[2, 0, 1, 0], [0, 1, 0, 1], [1, 0, 2, 0], [0, 3, 0, 1], [1, 1, 0, 2]], [0, 1, 2, 3, 0], { mu: 0.1 })));
    expect(await run(file, '--out', out, '--calibrator', saved)).toMatchObject({ code: 0, stdout: expect.stringContaining('before the calibrator') });
    expect(readOnnx(readFileSync(out)).graph.outputs[0]!.name).toBe('probabilities');
    expect(await run(file, '--check', out, '--calibrator', saved)).toMatchObject({ code: 0 });
    writeFileSync(saved, JSON.stringify(fitPlatt([0, 1], [0, 1])));
    expect(await run(file, '--out', out, '--calibrator', saved)).toMatchObject({ code: 2, stderr: expect.stringContaining(`--calibrator ${saved}: must be a calibrator of class predictions, got one of scores: platt`) });
    writeFileSync(saved, '{"type":"vector"}');
    expect(await run(file, '--out', out, '--calibrator', saved)).toMatchObject({ code: 2, stderr: expect.stringContaining('calibrator.version must be 1') });
    expect(await run(file, '--out', out, '--calibrator', join(folder, 'none.json'))).toMatchObject({ code: 2, stderr: expect.stringContaining('none.json') });
  });

  it('needs no options where the file says what it is', async () => {
    const { file, out } = await tinyFile(modelMetadata(network('convnet', { ...tiny }).model));
    expect(await run(file, '--out', out)).toMatchObject({ code: 0 });
    expect(JSON.parse(readOnnx(readFileSync(out)).metadata!['mixwell.options']!)).toMatchObject({ width: 4, norm: 'batch' });
  });

  it('takes what the command line says before what the file says', async () => {
    const folder = temporaryFolder();
    const [file, out] = [join(folder, 'm.safetensors'), join(folder, 'm.onnx')];
    const saved = network('convnet', { ...tiny, activation: 'relu' });
    await saveNetwork(file, saved, modelMetadata(saved.model));
    expect(await run(file, '--out', out, '--options', '{"activation":"sigmoid"}')).toMatchObject({ code: 0 });
    expect(readOnnx(readFileSync(out)).graph.nodes.map(({ op }) => op)).toContain('Sigmoid');
  });

  it('takes weights of 16 bits', async () => {
    const folder = temporaryFolder();
    const [file, out] = [join(folder, 'half.safetensors'), join(folder, 'half.onnx')];
    const { model, vars } = network('linear', { inputShape: [2], classes: 2 });
    const half = (shape: number[], ...bits: number[]): HostTensor => hostTensor('bfloat16', shape, Uint16Array.from(bits));
    const state = { ...toDisk(model, vars), 'fc.weight': half([2, 2], 0x3f80, 0x4000, 0xbf80, 0), 'fc.bias': half([2], 0, 0x3f80) };
    expect(Object.keys(fromDisk(model, state).params)).toHaveLength(2);
    await saveStateDict(file, state);
    expect(await run(file, '--arch', 'linear', '--out', out)).toMatchObject({ code: 0 });
    const { initializers } = readOnnx(readFileSync(out)).graph;
    expect([...initializers.find(({ name }) => name === 'fc.weight')!.data]).toEqual([1, -1, 2, 0]);
  });

  it('writes what it was asked to say', async () => {
    const { folder, file, out } = await tinyFile();
    writeFileSync(join(folder, 'labels.txt'), 'cat\ndog\r\nbird\nfish\n');
    const { code } = await run(
      file, '--arch', 'convnet', '-o', out, '--input-shape', '8,8,3', '--opset', '18', '--batch', 'N', '--inputs-as-nchw', '--softmax', '--temperature', '1.7', '--labels', join(folder, 'labels.txt'),
      '--mean', '0.5', '--std', '0.1,0.2,0.3', '--metadata', 'author=me', '--metadata', 'note=a=b', '--input-names', 'image', '--output-names', 'p',
    );
    expect(code).toBe(0);
    const { metadata, graph, opset } = readOnnx(readFileSync(out));
    expect(opset).toEqual({ '': 18 });
    expect(graph.inputs).toEqual([{ name: 'image', dtype: 'float32', dims: ['N', 3, 8, 8] }]);
    expect(graph.outputs).toEqual([{ name: 'p', dtype: 'float32', dims: ['N', 4] }]);
    expect(metadata).toMatchObject({ 'mixwell.labels': '["cat","dog","bird","fish"]', 'mixwell.temperature': '1.7', 'mixwell.mean': '[0.5]', 'mixwell.std': '[0.1,0.2,0.3]', 'author': 'me', 'note': 'a=b' });
    expect(Number(metadata!['mixwell.parity.max_abs_diff'])).toBeLessThan(1e-4);
  });

  it.each([[], ['--runtime', 'web']])('puts weights into a second file when told so: %s', async (...options) => {
    const { folder, file, out } = await tinyFile();
    const { code, stdout } = await run(file, '--arch', 'convnet', '--out', out, '--external-data', ...options);
    expect([code, readdirSync(folder).sort()]).toEqual([0, ['model.onnx', 'model.onnx.data', 'tiny.safetensors']]);
    expect(stdout).toMatch(/^wrote .*model\.onnx: .*KiB, and .*model\.onnx\.data: .*KiB, opset 17/m);
    const session = await (await openRuntime()).load({ path: out, dataName: 'model.onnx.data' });
    const { logits } = await session.run({ input: hostTensor('float32', [2, 8, 8, 3], new Float32Array(384).fill(0.5)) });
    await session.release();
    expect(logits!.shape).toEqual([2, 4]);
    const json = JSON.parse((await run(file, '--arch', 'convnet', '--out', out, '--external-data', '--json', ...options)).stdout) as object;
    expect(json).toMatchObject({ file: out, data: { file: `${out}.data`, bytes: readFileSync(`${out}.data`).length } });
  });

  it('prints JSON alone to stdout', async () => {
    const { file, out } = await tinyFile();
    const { stdout, code } = await run(file, '--arch', 'convnet', '--out', out, '--json', '--labels', 'a,b,c,d');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { parity: object; speed: { perSecond: number }[] };
    expect(report).toMatchObject({
      file: out, bytes: readFileSync(out).length, network: 'convnet', parameters: 380, opset: 17, operators: { Conv: 1 }, parity: { passed: true, atol: 1e-4 }, speed: [{ batch: 1 }, { batch: 32 }],
    });
    for (const { perSecond } of report.speed) expect(perSecond).toBeGreaterThan(0);
  });

  it('is quiet when told so', async () => {
    const { file, out } = await tinyFile();
    expect(await run(file, '--arch', 'convnet', '--out', out, '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('leaves the old files where a check of two fails', async () => {
    const { folder, file, out } = await tinyFile();
    writeFileSync(out, 'old');
    writeFileSync(`${out}.data`, 'old data');
    expect(await run(file, '--arch', 'convnet', '--out', out, '--external-data', '--atol', '0')).toMatchObject({ code: 1 });
    expect([readFileSync(out, 'utf8'), readFileSync(`${out}.data`, 'utf8'), readdirSync(folder).length]).toEqual(['old', 'old data', 3]);
  });

  it('leaves the old file where a check fails', async () => {
    const { folder, file, out } = await tinyFile();
    writeFileSync(out, 'old');
    const { code, stdout, stderr } = await run(file, '--arch', 'convnet', '--out', out, '--atol', '0');
    expect(code).toBe(1);
    expect(stdout).toContain('  FAIL  large    batch 1 ');
    expect(stderr).toMatch(/^mixwell-onnx-export: \d of 4 checks failed: /m);
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'tiny.safetensors']);
    const asJson = JSON.parse((await run(file, '--arch', 'convnet', '--out', out, '--atol', '0', '--json')).stdout) as object;
    expect(asJson).toMatchObject({ parity: { passed: false, atol: 0 } });
  });

  it('refuses weights that are not finite', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'nan.safetensors');
    const { model, vars } = network('linear', { inputShape: [2], classes: 2 });
    await saveStateDict(file, { ...toDisk(model, vars), 'fc.bias': hostTensor('float32', [2], Float32Array.of(0, Number.NaN)) });
    const { code, stderr } = await run(file, '--arch', 'linear', '--out', join(folder, 'o.onnx'));
    expect([code, stderr]).toEqual([1, expect.stringContaining('weights must be finite, got NaN at element 1 of fc.bias\n')]);
    expect(readdirSync(folder)).toEqual(['nan.safetensors']);
  });

  it('compares a file that is there already', async () => {
    const { folder, file, out } = await tinyFile();
    await run(file, '--arch', 'convnet', '--out', out, '--softmax', '--inputs-as-nchw', '--external-data');
    const before = readdirSync(folder);
    const same = await run(file, '--arch', 'convnet', '--check', out, '--softmax', '--inputs-as-nchw');
    expect([same.code, same.stdout.split('\n').at(-2), same.stdout.match(/^ {2}ok /gm)?.length]).toEqual([0, 'every check passed', 4]);
    expect(same.stdout).toMatch(/^.*model\.onnx: .*KiB, and .*model\.onnx\.data: .*KiB, in onnxruntime-node .* against convnet in .*tolerance 0.0001:\n/);
    expect(same.stdout).toMatch(/^speed: .* images\/s at batch 1, /m);
    const other = await run(file, '--arch', 'convnet', '--check', out, '--softmax', '--inputs-as-nchw', '--temperature', '3', '--json');
    expect([other.code, JSON.parse(other.stdout)]).toEqual([1, expect.objectContaining({ file: out, parity: expect.objectContaining({ passed: false }) as object })]);
    expect(other.stderr).toMatch(/^mixwell-onnx-export: \d of 4 checks failed/m);
    expect(await run(file, '--arch', 'convnet', '--check', join(folder, 'gone.onnx'))).toMatchObject({ code: 1, stderr: expect.stringContaining('gone.onnx: no such file or folder') as string });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('prints help and version', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--inputs-as-nchw') as string });
    expect(await run('-v')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string });
  });
});

describe('what mixwell-onnx-export refuses, in one line and without a trace', () => {
  /** Runs the command on a good file, with some arguments more, and checks that nothing is written. */
  async function refused(code: 1 | 2, message: string | RegExp, argv: (place: { folder: string; file: string; out: string }) => readonly string[]): Promise<void> {
    const place = await tinyFile();
    const before = readdirSync(place.folder);
    const result = await run(...argv(place));
    const errors = result.stderr.split('\n').filter((line) => !line.endsWith(' …') || line.startsWith('mixwell-onnx-export'));
    expect(errors).toEqual([expect.stringMatching(/^mixwell-onnx-export: /), '']);
    expect(errors[0]).toMatch(message);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(readdirSync(place.folder)).toEqual(before);
  }

  const good = ({ file, out }: { file: string; out: string }): string[] => [file, '--arch', 'convnet', '--out', out];

  it('wrong usage', () => refused(2, '--opset must be', (place) => [...good(place), '--opset', '5']));
  it('an unknown architecture', () => refused(2, `--arch must name an architecture, got 'vgg'; there are ${Object.keys(architectures)[0]}, `, ({ file, out }) => [file, '--arch', 'vgg', '--out', out]));
  it('no architecture', () => refused(2, '--arch must be given, since tiny.safetensors does not say what it is', ({ file, out }) => [file, '--out', out]));
  it('weights of another architecture', () => refused(1, /tiny\.safetensors: a lenet file must hold conv1\.weight/, ({ file, out }) => [file, '--arch', 'lenet', '--out', out]));
  it('weights of other options', () => refused(1, /the tensors must be those of convnet .*; wrong shape: features\.0\.weight is \[4, 3, 3, 3\], expected \[5, 3, 3, 3\]/, (place) => [...good(place), '--options', '{"width":5}']));
  it('options that do not exist', () => refused(2, /--options of convnet must be among inputShape, .*, got 'widht'$/, (place) => [...good(place), '--options', '{"widht":4}']));
  it('options that are out of range', () => refused(2, /options of convnet .*: convNetD: norm must be one of batch/, (place) => [...good(place), '--options', '{"norm":"spectral"}']));
  it('labels that do not fit', () => refused(2, '--labels must be 4, one per class, got 2', (place) => [...good(place), '--labels', 'a,b']));
  it('a file of labels that is missing', () => refused(1, '--labels names.txt: no such file', (place) => [...good(place), '--labels', 'names.txt']));
  it('a missing file', () => refused(1, /gone\.safetensors: no such file or folder$/, ({ folder, out }) => [join(folder, 'gone.safetensors'), '--arch', 'mlp', '--out', out]));
  it('a folder', () => refused(2, 'must be a .safetensors file or the model.json', ({ folder, out }) => [folder, '--arch', 'mlp', '--out', out]));
  it('a file of another kind', () => refused(2, /model\.pth: must be .*save_file/, ({ out }) => ['model.pth', '--arch', 'mlp', '--out', out]));
  it('a missing output folder', () => refused(1, /the folder .* does not exist$/, ({ file, folder }) => [file, '--arch', 'convnet', '--out', join(folder, 'no', 'model.onnx')]));
  it('a folder for the output', () => refused(1, 'is not a file, so it cannot be replaced', ({ file, folder }) => [file, '--arch', 'convnet', '--out', folder]));
  it('the network itself for the output', () => refused(2, '--out must be another file', ({ file }) => [file, '--arch', 'convnet', '--out', file]));
  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('an output folder that is read-only', () => refused(1, 'permission denied', (place) => {
    chmodSync(place.folder, 0o555);
    return good(place);
  }));

  it.each([0, 7, 8, 100, 0.5, 0.99])('a safetensors file cut at %f', (at) => refused(1, /tiny\.safetensors: .*byte/, (place) => {
    const bytes = readFileSync(place.file);
    writeFileSync(place.file, bytes.subarray(0, at < 1 ? Math.floor(at * bytes.length) : at));
    return good(place);
  }));

  it('metadata that is no JSON', async () => {
    const { file, out } = await tinyFile({ 'mixwell.architecture': 'convnet', 'mixwell.options': '{' });
    expect(await run(file, '--out', out)).toMatchObject({ code: 1, stderr: expect.stringContaining('metadata mixwell.options must be a JSON object, got {') as string });
  });
});
