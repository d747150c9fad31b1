import { spawnSync } from 'node:child_process';

/** A Python that has the package `onnx`, from the environment variable MIXWELL_PYTHON. Undefined: what needs it is skipped. */
export const onnxPython: string | undefined = process.env['MIXWELL_PYTHON'] || undefined;

const PROGRAM = `
import sys, onnx
for path in sys.stdin.read().split('\\n'):
    try:
        onnx.checker.check_model(path, full_check=True)
        onnx.shape_inference.infer_shapes(onnx.load(path), check_type=True, strict_mode=True, data_prop=True)
    except Exception as error:
        print(path + ': ' + ' '.join(str(error).split()))
print('checked with onnx ' + onnx.__version__)
`;

/**
 * Runs ONNX's own checker over files, with full shape inference.
 *
 * @param paths files whose external data, if any, lies beside them
 * @returns a line for each file that does not pass
 * @throws {Error} where the checker itself did not run
 */
export function checkOnnxFiles(paths: readonly string[]): string[] {
  if (onnxPython === undefined) throw new Error('checkOnnxFiles: MIXWELL_PYTHON must be a Python with the package onnx, got nothing');
  const { stdout, stderr, status, error } = spawnSync(onnxPython, ['-c', PROGRAM], { input: paths.join('\n'), encoding: 'utf8' });
  const lines = (stdout ?? '').trim().split('\n');
  const last = lines.pop();
  if (status !== 0 || !last?.startsWith('checked with')) throw new Error(`checkOnnxFiles: ${onnxPython} failed: ${stderr || error?.message || stdout}`, { cause: error });
  return lines;
}
