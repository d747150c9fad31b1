import type { HostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { addScaled, taskVectorOf } from './add-scaled.ts';
import { coefficientGradient } from './ada-merging.ts';
import { fisherDiagonal } from '../fisher/fisher-diagonal.ts';
import { entropyGradient, logLikelihoodGradient, softmaxModel } from './fixtures.ts';

const slices = ({ data, shape: [count, ...shape] }: HostTensor): HostTensor[] => Array.from({ length: count! }, (_, i) => {
  const size = data.length / count!;
  return { dtype: 'float64', shape, data: Float64Array.from((data as Float64Array).subarray(i * size, (i + 1) * size)) };
});

runGolden('pcb-merging', import.meta.url, {
  fisher_regmean_adamerging: async ({ inputs: { W, X, labels, base }, params }) => {
    const [weights, inputs] = [slices(W), slices(X)];
    const start = { w: { ...base, dtype: 'float64', data: Float64Array.from(base.data as Float32Array) } as HostTensor };
    const taskVectors = weights.map((w) => taskVectorOf(start, { w }));
    const { w: merged } = addScaled(start, taskVectors, taskVectors.map(() => params['lambda'] as number));
    const entropies = inputs.map((x) => entropyGradient(x, merged!));
    const gradient = Float64Array.from(merged!.data as Float64Array, (_, e) => entropies.reduce((sum, task) => sum + task.gradient[e]!, 0));
    const [x, w] = [inputs[1]!, weights[0]!];
    const { samples, classes, p } = softmaxModel(x, w);
    const every = Array.from({ length: samples }, (_, s) => s);
    const exact = every.map((s) => Array.from({ length: classes }, (_, y) => ({ probability: p[s * classes + y]!, gradient: logLikelihoodGradient(x, w, s, y) })));
    const empirical = every.map((s) => [{ probability: 1, gradient: logLikelihoodGradient(x, w, s, Number(labels!.data[s])) }]);
    return {
      adamerging_entropy: entropies.reduce((sum, { loss }) => sum + loss, 0),
      adamerging_grad_lambda: [...coefficientGradient({ w: { ...merged!, data: gradient } as HostTensor }, taskVectors)['w']!],
      fisher_diag_softmax: (await fisherDiagonal(exact))['w']!,
      fisher_diag_empirical: (await fisherDiagonal(empirical))['w']!,
    };
  },
});
