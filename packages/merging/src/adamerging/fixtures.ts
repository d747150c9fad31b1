import type { HostTensor, StateDict } from '@mixwell/tensor';

/** `[samples, in] · [in, classes]` → probabilities `[samples, classes]` */
export function softmaxModel(x: HostTensor, w: HostTensor): { readonly samples: number; readonly inputs: number; readonly classes: number; readonly p: Float64Array } {
  const [samples, inputs] = x.shape as [number, number];
  const classes = w.shape[1]!;
  const p = new Float64Array(samples * classes);
  for (let s = 0; s < samples; s++) {
    const row = p.subarray(s * classes, (s + 1) * classes);
    for (let i = 0; i < inputs; i++) for (let c = 0; c < classes; c++) row[c]! += Number(x.data[s * inputs + i]) * Number(w.data[i * classes + c]);
    const largest = Math.max(...row);
    let sum = 0;
    row.forEach((z, c) => { row[c] = Math.exp(z - largest); sum += row[c]; });
    row.forEach((e, c) => { row[c] = e / sum; });
  }
  return { samples, inputs, classes, p };
}

/** Mean entropy of the predictions of a linear softmax model, and its gradient by the weights: ∂H/∂z = −p (log p + H). */
export function entropyGradient(x: HostTensor, w: HostTensor): { readonly loss: number; readonly gradient: Float64Array } {
  const { samples, inputs, classes, p } = softmaxModel(x, w);
  const gradient = new Float64Array(inputs * classes);
  let loss = 0;
  for (let s = 0; s < samples; s++) {
    const row = p.subarray(s * classes, (s + 1) * classes);
    const entropy = -row.reduce((sum, q) => sum + q * Math.log(q), 0);
    loss += entropy / samples;
    for (let i = 0; i < inputs; i++) {
      for (let c = 0; c < classes; c++) gradient[i * classes + c]! -= (Number(x.data[s * inputs + i]) * row[c]! * (Math.log(row[c]!) + entropy)) / samples;
    }
  }
  return { loss, gradient };
}

/** Of one sample and label: ∂ log p(y | x) / ∂W = x (1_y − p). */
export function logLikelihoodGradient(x: HostTensor, w: HostTensor, sample: number, label: number): StateDict<HostTensor<'float64'>> {
  const { inputs, classes, p } = softmaxModel(x, w);
  const data = new Float64Array(inputs * classes).map((_, e) => {
    const [i, c] = [Math.floor(e / classes), e % classes];
    return Number(x.data[sample * inputs + i]) * (Number(c === label) - p[sample * classes + c]!);
  });
  return { w: { dtype: 'float64', shape: w.shape, data } };
}
