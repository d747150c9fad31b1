import { fileURLToPath } from 'node:url';

/** Deep enough for code that reads in the midst of TensorFlow.js. */
const FRAMES = 60;

/** ` at file:line:column` of the code that called TensorFlow.js, which called us; '' where the stack does not tell, as in a bundle of one file. */
export function placeBeforeTensorFlow(): string {
  const frames = stackAbove(placeBeforeTensorFlow);
  const inside = frames.findIndex(isTensorFlow);
  return inside < 0 ? '' : place(frames.slice(inside).find((frame) => !isTensorFlow(frame) && !isHelper(frame)));
}

/** ` at file:line:column` of the code that called `callee`. */
export function placeOfCaller(callee: object): string {
  return place(stackAbove(callee)[0]);
}

function stackAbove(callee: object): string[] {
  const { stackTraceLimit } = Error;
  const holder: { stack?: string } = {};
  Error.stackTraceLimit = FRAMES;
  // The types ask for a function; any callee is one.
  Error.captureStackTrace(holder, callee as () => void);
  const frames = String(holder.stack).split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  return frames;
}

function isTensorFlow(frame: string): boolean {
  return frame.includes('@tensorflow');
}

/** What lies between asynchronous functions of TensorFlow.js. */
function isHelper(frame: string): boolean {
  return frame.includes('(<anonymous>)') || frame.includes('node:internal') || frame.includes('/tslib');
}

/** A frame reads `    at name (file:line:column)` or `    at file:line:column`. */
function place(frame: string | undefined): string {
  const found = /(?:\(|at (?:async )?)([^()]+:\d+:\d+)\)?$/.exec(frame ?? '')?.[1];
  if (found === undefined) return '';
  const [, file, position] = /^(.*?)(:\d+:\d+)$/.exec(found)!;
  return ` at ${file!.startsWith('file://') ? fileURLToPath(file!) : file}${position}`;
}
