import { decoupledMixupLoss, mixupCrossEntropy } from '@mixwell/losses';
import type { MixedLoss } from '../images/classifier-trainer.ts';
import { firstShare, sourceLabels } from '../network-trainer.ts';

/** Mixup's cross entropy in its two-term form. */
export const mixupLoss: MixedLoss = (logits, labels, mix) => mixupCrossEntropy(logits, sourceLabels(mix, labels, 0), sourceLabels(mix, labels, 1), firstShare(mix));

/** Decoupled mixup: the same, and the decoupled terms of strength η. */
export const decoupledLoss = (eta: number): MixedLoss => (logits, labels, mix) => decoupledMixupLoss(logits, sourceLabels(mix, labels, 0), sourceLabels(mix, labels, 1), firstShare(mix), { eta });
