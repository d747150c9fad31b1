import type { OnnxModel } from '../onnx/model.ts';
import { writeOnnx } from '../onnx/write.ts';
import type { Runtime } from './runtime.ts';

/** y = −x of two elements. */
const model: OnnxModel = {
  irVersion: 8,
  opset: { '': 17 },
  graph: {
    name: 'probe', inputs: [{ name: 'x', dtype: 'float32', dims: [2] }], outputs: [{ name: 'y', dtype: 'float32', dims: [2] }], initializers: [],
    nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
  },
};

/** Whether a runtime runs the smallest model and gives its result at once: a binding may look as we know it and work otherwise. */
export function runs(runtime: Runtime): boolean {
  try {
    const loaded = runtime.load(writeOnnx(model), { intraOpNumThreads: 1 });
    const { y } = loaded.run({ x: runtime.tensor('float32', Float32Array.of(1, -2), [2]) }, ['y']);
    loaded.release();
    return y?.data[0] === -1 && y.data[1] === 2;
  } catch {
    return false;
  }
}
