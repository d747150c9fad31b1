import { type HostTensor, hostTensor } from '@mixwell/tensor';

/** Mean soft cross entropy of a linear classifier, logits = x · weights, and its gradient at x, in float64. For x [rows, …], weights [size, classes], targets [rows, classes]. */
export function linearClassifier(x: HostTensor<'float32'>, weights: HostTensor<'float32'>, targets: HostTensor<'float32'>): { loss: number; gradient: HostTensor<'float64'> } {
  const [rows, classes] = targets.shape as [number, number];
  const size = x.data.length / rows;
  let loss = 0;
  const gradient = new Float64Array(x.data.length);
  for (let row = 0; row < rows; row++) {
    const logits = Array.from({ length: classes }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += x.data[row * size + i]! * weights.data[i * classes + c]!;
      return sum;
    });
    const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
    const target = targets.data.subarray(row * classes, (row + 1) * classes);
    const mass = target.reduce((a, b) => a + b, 0);
    logits.forEach((z, c) => {
      loss -= (target[c]! * (z - total)) / rows;
      for (let i = 0; i < size; i++) gradient[row * size + i]! += ((mass * Math.exp(z - total) - target[c]!) * weights.data[i * classes + c]!) / rows;
    });
  }
  return { loss, gradient: hostTensor('float64', x.shape, gradient) };
}
