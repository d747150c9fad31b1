import type { RecipePlan } from '../recipe/run-recipe.ts';
import { sizeText } from './sizes.ts';

/** What Node and the program take besides tensors, and what a thread takes; measured. */
const programBytes = 90e6;
const threadBytes = 35e6;

const count = (n: number): string => n.toLocaleString('en');

/** A plan for people. */
export function planText({ target, method, models, tensors, dropped, parameters, files, passes, bytesRead, threads, memoryBytes }: RecipePlan): string {
  const written = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const names = files.map(({ name, bytes }) => `${name} (${sizeText(bytes)})`);
  return [
    `${target}: ${method} of ${models.length} models`,
    ...models.map((model) => `  ${model}`),
    `  tensors  ${Object.entries(tensors).map(([action, n]) => `${count(n)} ${action}`).join(', ')}${dropped.length > 0 ? `, ${dropped.length} dropped: ${dropped.slice(0, 3).join(', ')}${dropped.length > 3 ? ', …' : ''}` : ''}`,
    `  numbers  ${count(parameters)}`,
    `  passes   ${passes.join(', ')}: ${sizeText(bytesRead)} read`,
    `  output   ${names.slice(0, 3).join(', ')}${names.length > 3 ? `, … (${names.length} files)` : ''}, ${sizeText(written)}`,
    `  memory   about ${sizeText(memoryBytes + programBytes + threads * threadBytes)}, of which tensors ${sizeText(memoryBytes)}; ${threads === 0 ? 'no worker threads' : `${threads} worker threads`}`,
  ].join('\n');
}
