import { negativeLogLikelihood, softmax } from '@mixwell/calibration';
import { describe, expect, it } from 'vitest';
import { derivedExcess, toyClaims } from './interpolator-toy.ts';
import { bayesLogits, draw, nearestLogits, setting } from './overlap-data.ts';
import { scaledNll } from './scores.ts';

describe('the interpolator', () => {
  it('has the excess that was derived', () => {
    expect(toyClaims()[0]!.holds).toBe(true);
    expect(derivedExcess(0.6, 10)).toBeCloseTo(0.8542, 3); // h(0.3) = 0.6109, 0.3 log 9 = 0.6592, 0.6 log 2 = 0.4159
  });
});

describe('pairs that overlap', () => {
  const classes = 10;
  const parts = draw(classes, 7);

  it('have a true law with an NLL of about overlap · log 2, sure of private samples and torn between two classes in shared ones', () => {
    const logits = bayesLogits(parts.test, classes);
    expect(Math.abs(negativeLogLikelihood({ logits }, parts.test.labels) - setting.overlap * Math.log(2))).toBeLessThan(0.02);
    const { data } = softmax(logits);
    parts.test.shared.forEach((isShared, i) => {
      const own = data[i * classes + parts.test.labels.data[i]!]!;
      if (isShared) expect(own).toBeCloseTo(0.5, 1);
      else expect(own).toBeGreaterThan(0.95);
    });
  });

  it('leave the nearest training sample with about the derived excess', () => {
    const of = (part: 'held' | 'test') => ({ logits: nearestLogits(parts[part], parts.train, classes), labels: parts[part].labels });
    const excess = scaledNll(of('held'), of('test')) - negativeLogLikelihood({ logits: bayesLogits(parts.test, classes) }, parts.test.labels);
    expect(Math.abs(excess / derivedExcess(setting.overlap, classes) - 1)).toBeLessThan(0.15);
  });

  it('share their centres between parts, and depend on the seed alone', () => {
    expect(parts.test.centres).toBe(parts.train.centres);
    expect(draw(classes, 7)).toEqual(parts);
    expect(draw(classes, 8)).not.toEqual(parts);
  });
});
