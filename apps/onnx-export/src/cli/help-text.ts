import { type OptionRow, optionTable } from './option-table.ts';

const intro = `Writes a trained network as an ONNX file, runs the file, and compares it with the network.

Usage
  mixwell-onnx-export <model.safetensors> --arch <name> --out <model.onnx> [options]
  mixwell-onnx-export <model.json> --out <model.onnx> [options]
  mixwell-onnx-export <model.safetensors | model.json> --check <other.onnx> [options]

A .safetensors file holds a PyTorch state dict of one of the architectures below; a model.json is a LayersModel or a
GraphModel of TensorFlow.js, with its files of weights beside it.`;

const outro = `Exit codes
  0  the file was written, and every check passed
  1  a check failed, or a file could not be read or written; nothing was written
  2  the command line was wrong

Examples
  mixwell-onnx-export model.safetensors --arch resnet18 --out model.onnx --softmax --inputs-as-nchw
  mixwell-onnx-export model.json --out model.onnx --temperature 1.7 --labels cat,dog
  mixwell-onnx-export model.json --check model.int8.onnx --atol 0.05
`;

const left = (name: string, { hint, short }: OptionRow): string => `  ${short ? `-${short}, ` : ''}--${name}${hint ? ` <${hint}>` : ''}`;

/** Words in lines of at most `width` characters, with `indent` before all but the first. */
function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${indent}`);
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = Object.entries<OptionRow>(optionTable);
  const column = Math.max(...rows.map(([name, row]) => left(name, row).length)) + 2;
  const groups = [...new Set(rows.map(([, { group }]) => group))];
  const section = (group: string): string => [
    group,
    ...rows.filter(([, row]) => row.group === group).map(([name, row]) => left(name, row).padEnd(column) + wrap(row.help, 100 - column, ' '.repeat(column))),
  ].join('\n');
  return [intro, ...groups.map(section), outro].join('\n\n');
}
