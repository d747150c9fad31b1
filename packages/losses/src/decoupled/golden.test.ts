// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import '@mixwell/autodiff';
import { type GoldenVector, runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import {
  asymmetricMixupLoss, decoupledBinaryCrossEntropy, decoupledKMixLoss, decoupledLogProb, decoupledMixupLoss, decoupledTargets, type LambdaRescale, mixupCrossEntropy, pseudoLabelMask, rescaleLambda,
} from '../index.ts';

type Inputs = GoldenVector['inputs'];
type Params = GoldenVector['params'];

const floats = (inputs: Inputs, name: string): tf.Tensor => tf.tensor(Array.from(inputs[name]!.data, Number), [...inputs[name]!.shape]);
const integers = (inputs: Inputs, name: string): tf.Tensor => tf.tensor(Array.from(inputs[name]!.data, Number), [...inputs[name]!.shape], 'int32');
const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>();

function valueAndGradient(inputs: Inputs, loss: (logits: tf.Tensor) => tf.Scalar): Record<'loss' | 'grad_logits', Float32Array> {
  const { value, grad } = tf.valueAndGrad(loss)(floats(inputs, 'logits'));
  return { loss: read(value), grad_logits: read(grad) };
}

const rescaleOf = (params: Params): LambdaRescale => ({
  mode: (params['scaleMode'] ?? 'none') as LambdaRescale['mode'], threshold: (params['scaleThreshold'] ?? 1) as number, exponent: (params['scaleExponent'] ?? 1) as number,
});

/** λ as a number, or one for each sample. */
function lambdaOf(params: Params): number | tf.Tensor {
  const lambda = params['lambda'] as number | number[];
  return typeof lambda === 'number' ? lambda : tf.tensor1d(lambda);
}

runGolden('decoupled-mixup', import.meta.url, {
  async dm_ce({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const [a, b, lambda, logits] = [integers(inputs, 'labels_a'), integers(inputs, 'labels_b'), lambdaOf(params), floats(inputs, 'logits')];
    const options = { eta: params['eta'] as number, keep: (params['select'] ?? 'both') as 'both', rescale: rescaleOf(params), purityEps: (params['epsPure'] ?? 1e-3) as number };
    const term = (keep: tf.Tensor, drop: tf.Tensor): Float32Array => read(tf.neg(tf.mean(decoupledLogProb(logits, keep, drop))));
    return {
      ...valueAndGradient(inputs, (z) => decoupledMixupLoss(z, a, b, lambda, options)),
      loss_mixup_ce: read(mixupCrossEntropy(logits, a, b, lambda)), term_a: term(a, b), term_b: term(b, a),
    };
  },
  async dm_ce_k_way({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const shares = tf.tensor1d(params['lambda'] as number[]);
    const etas = tf.tensor1d(params['etas'] as number[]);
    return valueAndGradient(inputs, (z) => decoupledKMixLoss(z, integers(inputs, 'labels'), shares, { etas }));
  },
  async dm_bce({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const [a, b, lambda, rescale] = [integers(inputs, 'labels_a'), integers(inputs, 'labels_b'), lambdaOf(params), rescaleOf(params)];
    const over = params['divisor'] === 'elements' ? 'mean' : 'sum';
    return {
      targets: read(decoupledTargets(a, b, lambda, inputs['logits']!.shape[1]!, { rescale })),
      ...valueAndGradient(inputs, (z) => decoupledBinaryCrossEntropy(z, a, b, lambda, { rescale, over })),
      loss_mean_over_classes: read(decoupledBinaryCrossEntropy(floats(inputs, 'logits'), a, b, lambda, { rescale, over: 'mean' })),
    };
  },
  async asymmetric_semi_supervised({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const [labels, pseudoLabels, confidence] = [integers(inputs, 'labels'), integers(inputs, 'pseudo_labels'), floats(inputs, 'confidence')];
    const draw = params['lambdaDraw'] as number;
    const lambda = (params['lambda'] ?? Math.max(draw, 1 - draw)) as number;
    const cuts = { cut: params['pCut'] as number, mixCut: params['pMixCut'] as number };
    return {
      mask: read(pseudoLabelMask(confidence, lambda, cuts)),
      ...valueAndGradient(inputs, (z) => asymmetricMixupLoss(z, labels, pseudoLabels, lambda, confidence, { ...cuts, eta: params['eta'] as number })),
    };
  },
  async lambda_rescale({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const rows = (params['configs'] as LambdaRescale[]).map((rescale) => rescaleLambda(floats(inputs, 'lambda'), rescale));
    return { scaled: read(tf.stack(rows)) };
  },
});
