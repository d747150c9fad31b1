/** A loss of logits z against a target y, with what Newton's method needs. Convex in z. */
export interface TargetLoss {
  /** @param logits `[classes]` @param target `[classes]` */
  value(logits: Float64Array, target: Float64Array): number;
  /** `[classes]` */
  gradient(logits: Float64Array, target: Float64Array): Float64Array;
  /** `[classes · classes]`, positive semidefinite. */
  hessian(logits: Float64Array, target: Float64Array): Float64Array;
}

function logSoftmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((best, logit) => Math.max(best, logit), -Infinity);
  const normalizer = largest + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - normalizer);
}

/** softmax of logits `[classes]`. */
export const softmaxOf = (logits: Float64Array): Float64Array => logSoftmax(logits).map((value) => Math.exp(value));

/** −Σ y log softmax(z), for targets that sum to 1. */
export const crossEntropyLoss: TargetLoss = {
  value: (logits, target) => logSoftmax(logits).reduce((sum, log, k) => (target[k] === 0 ? sum : sum - target[k]! * log), 0),
  gradient: (logits, target) => softmaxOf(logits).map((p, k) => p - target[k]!),
  hessian(logits) {
    const probs = softmaxOf(logits);
    const classes = probs.length;
    return new Float64Array(classes * classes).map((_, at) => {
      const [i, j] = [Math.floor(at / classes), at % classes];
      return (i === j ? probs[i]! : 0) - probs[i]! * probs[j]!;
    });
  },
};

/** ½ ‖z − y‖². Its optimal features are linear in y: those of mixed labels are mixtures of those of the classes. */
export const squaredErrorLoss: TargetLoss = {
  value: (logits, target) => logits.reduce((sum, logit, k) => sum + (logit - target[k]!) ** 2, 0) / 2,
  gradient: (logits, target) => logits.map((logit, k) => logit - target[k]!),
  hessian: (logits) => new Float64Array(logits.length ** 2).map((_, at) => Number(at % (logits.length + 1) === 0)),
};
