import { type GoldenHandler, runGolden } from '@mixwell/testing';
import { oneBackEnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';
import { matchTrajectory } from './fixtures/distillation.ts';
import { goldenMatching } from './fixtures/golden-matching.ts';

beforeAll(() => tf.setBackend(oneBackEnd ? plainBackEnd : BACKEND_NAME));

describe.each(['loop', 'graph'] as const)('gradients through unrolled steps, as %s', (form) => {
  const unrolled: GoldenHandler = (vector) => {
    const matching = goldenMatching(vector);
    const { loss, endLoss, middleLosses, stepLosses, end, byImages, byRate } = matchTrajectory(matching, form);
    return {
      loss, end_loss: endLoss, middle_losses: middleLosses, step_losses: stepLosses, theta_end: end, grad_images: byImages, grad_lr: byRate, theta_start_perturbed: matching.start,
    };
  };
  runGolden('dataset-distillation', import.meta.url, { mtt_unrolled: unrolled, ast_unrolled: unrolled });
});
