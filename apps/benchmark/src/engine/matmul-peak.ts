import { createSession, writeOnnx } from '@mixwell/tfjs-onnx';

const SIZE = 1024;
const RUNS = 20;

/** The fastest product of two 1024 × 1024 matrices in ONNX Runtime, in FLOP/s: what this machine gives to one large product. */
export function matmulPeak(): number {
  const dims = [SIZE, SIZE];
  const graph = {
    name: 'peak',
    inputs: [{ name: 'a', dtype: 'float32', dims }, { name: 'b', dtype: 'float32', dims }],
    // one number out: the copy of the product would count
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['product'] }, { op: 'ReduceMax', inputs: ['product'], outputs: ['y'], attrs: { keepdims: 0 } }],
    outputs: [{ name: 'y', dtype: 'float32', dims: [] }],
    initializers: [],
  } as const;
  const session = createSession(writeOnnx({ irVersion: 8, opset: { '': 17 }, graph }));
  const matrix = session.tensor('float32', new Float32Array(SIZE * SIZE).fill(0.5), dims);
  let fastest = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const begin = performance.now();
    session.run({ a: matrix, b: matrix });
    fastest = Math.min(fastest, performance.now() - begin);
  }
  session.release();
  return (2 * SIZE ** 3) / (fastest / 1000);
}
