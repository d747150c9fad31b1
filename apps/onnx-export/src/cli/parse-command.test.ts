import { describe, expect, it } from 'vitest';
import { helpText } from './help-text.ts';
import { optionTable } from './option-table.ts';
import { parseCommand } from './parse-command.ts';
import { UsageError } from '../usage-error.ts';

const given = (...rest: string[]): string[] => ['model.safetensors', '--out', 'model.onnx', ...rest];

describe('parseCommand', () => {
  it('leaves what was not given to the functions that do the work', () => {
    expect(parseCommand(given())).toEqual({
      model: 'model.safetensors', out: 'model.onnx', inputsAsNchw: false, externalData: false, softmax: false, metadata: {}, json: false, quiet: false,
    });
  });

  it('reads every option, in both spellings of a value', () => {
    const command = parseCommand([
      '--arch', 'convnet', '--options={"norm":"batch"}', '--input-shape', '28,28,1', '-o', 'out.onnx', '--opset=18', '--batch', '8', '--inputs-as-nchw', '--external-data', '--softmax', '--temperature', '1.7',
      '--input-names', 'image', '--output-names=probs', '--labels', 'cat,dog', '--mean', '0.5,-0.25,1e-3', '--std', '1', '--metadata', 'author=me', '--metadata', 'note=a=b', '--atol', '0',
      '--runtime', 'web', '--json', '-q', 'weights.safetensors',
    ]);
    expect(command).toEqual({
      model: 'weights.safetensors', out: 'out.onnx', arch: 'convnet', options: { norm: 'batch' }, inputShape: [28, 28, 1], opset: 18, batch: 8, inputsAsNchw: true, externalData: true, softmax: true, temperature: 1.7,
      inputNames: ['image'], outputNames: ['probs'], labels: 'cat,dog', mean: [0.5, -0.25, 1e-3], std: [1], metadata: { author: 'me', note: 'a=b' }, atol: 0, runtime: 'onnxruntime-web', json: true, quiet: true,
    });
    expect(parseCommand(given('--batch', 'images'))).toMatchObject({ batch: 'images' });
  });

  it('gives --help and --version precedence over what is missing', () => {
    expect([parseCommand(['-h']), parseCommand(['--version', 'x', 'y']), parseCommand(['-v'])]).toEqual(['help', 'version', 'version']);
  });

  it.each([
    [[], 'a model.safetensors or model.json must be given'],
    [['model.json'], '--out must be given'],
    [given('--check', 'other.onnx'), '--out and --check must not be given together'],
    [given('other'), "unexpected argument 'other'"],
    [given('--architecture', 'mlp'), 'unknown option --architecture'],
    [given('--constructor'), 'unknown option --constructor'],
    [given('-x'), 'unknown option -x'],
    [given('--arch'), '--arch needs a value'],
    [given('--arch='), '--arch needs a value'],
    [['model.json', '--out', '--json'], '--out needs a value'],
    [given('--softmax=yes'), "--softmax takes no value, got 'yes'"],
    [given('--out', 'b.onnx'), '--out must be given once'],
    [given('--opset', '16'), "--opset must be a whole number from 17 to 26, got '16'"],
    [given('--opset', 'x'), '--opset must be a whole number'],
    [given('--batch', '0'), "--batch must be a name, or a whole number >= 1, got '0'"],
    [given('--batch', '-1'), "got '-1'"],
    [given('--batch', '1.5'), "got '1.5'"],
    [given('--temperature', '-1'), "--temperature must be a number > 0, got '-1'"],
    [given('--temperature', 'NaN'), '--temperature must be a number > 0'],
    [given('--temperature', 'Infinity'), '--temperature must be a number > 0'],
    [given('--atol', '-1e-4'), '--atol must be a number >= 0'],
    [given('--input-shape', '28,,1'), "--input-shape must be whole numbers >= 1 separated by commas, got ''"],
    [given('--mean', 'a'), '--mean must be numbers'],
    [given('--input-names', 'a,,b'), '--input-names must be names'],
    [given('--options', '{'), '--options must be JSON: '],
    [given('--options', '[1]'), "--options must be a JSON object, got '[1]'"],
    [given('--metadata', 'key'), "--metadata must be key=value, got 'key'"],
    [given('--runtime', 'gpu'), "--runtime must be node or web, got 'gpu'"],
  ])('refuses %j', (argv, message) => {
    expect(() => parseCommand(argv)).toThrow(UsageError);
    expect(() => parseCommand(argv)).toThrow(message);
  });
});

describe('helpText', () => {
  it('shows every option within 100 columns', () => {
    const text = helpText();
    for (const name of Object.keys(optionTable)) expect(text).toContain(`--${name}`);
    const [head] = text.split('Exit codes');
    expect(Math.max(...head!.split('\n').slice(6).map((line) => line.length))).toBeLessThanOrEqual(130);
    for (const line of head!.split('\n').filter((row) => row.startsWith('  -') || row.startsWith('      '))) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});
