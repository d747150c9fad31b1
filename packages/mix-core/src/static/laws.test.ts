import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { type BoxPlan, cutmix, dMixup, fmix, gridmix, type MaskPlan, mixup, type Plan, type Policy, resizemix, type ScalarPlan, smoothmix, timmMixup } from '../index.ts';

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const variance = (values: ArrayLike<number>): number => mean(Array.from(values, (value) => value ** 2)) - mean(values) ** 2;
/** Mean of a function over a grid of midpoints of [0, 1]. */
const integral = (f: (u: number) => number, steps = 2000): number => mean(Array.from({ length: steps }, (_, i) => f((i + 0.5) / steps)));

function plansOf(policy: Policy, draws: number, batch: { rows: number; height?: number; width?: number }, seed = 11): Plan[] {
  const rng = createRng(seed);
  return Array.from({ length: draws }, () => policy(rng, batch));
}
const own = (plans: readonly Plan[]): number[] => plans.flatMap(({ labelWeights, k }) => Array.from(labelWeights.filter((_, i) => i % k === 0)));

/** Mean share of an image that a box of these sides around a uniform centre covers, cut off at the border. */
function covered(sides: readonly [number, number], [height, width]: readonly [number, number], odd: 'shrink' | 'keep'): number {
  const line = (side: number, size: number): number => {
    const [before, after] = [Math.floor(side / 2), odd === 'keep' ? Math.ceil(side / 2) : Math.floor(side / 2)];
    return mean(Array.from({ length: size }, (_, at) => (Math.min(at + after, size) - Math.max(at - before, 0)) / size));
  };
  return line(sides[0], height) * line(sides[1], width);
}

describe('laws of draws, fixed seeds, 10⁵ draws', () => {
  it('the spot of SmoothMix weighs what the mean over centres and σ says', () => {
    const [height, width] = [9, 8];
    const wanted = integral((u) => {
      const sigma = (0.25 + u / 4) * height;
      const line = (size: number): number => {
        const at = (d: number): number => d - (size % 2 === 0 ? 0.5 : 0);
        return mean(Array.from({ length: size * size }, (_, i) => Math.exp(-((Math.floor(i / size) - at(i % size)) ** 2) / (2 * sigma ** 2))));
      };
      return line(height) * line(width);
    });
    const drawn = own(plansOf(smoothmix({ per: 'sample' }), 100, { rows: 1000, height, width }));
    expect(drawn).toHaveLength(100_000);
    expect(Math.abs(mean(drawn) - (1 - wanted))).toBeLessThan(4 * Math.sqrt(variance(drawn) / 1e5));
  });

  it('holes of GridMix take what λ says, and its crops have the widths that area and aspect give', () => {
    const side = 12;
    const held = own(plansOf(gridmix({ per: 'sample', holes: [3, 3], area: [1, 1], aspect: [1, 1] }), 100, { rows: 1000, height: side, width: side }));
    const hole = (lambda: number): number => Math.min(Math.max(Math.floor(4 * Math.sqrt(1 - lambda)), 1), 3);
    const wanted = 1 - integral((lambda) => (hole(lambda) / 4) ** 2, 20_000);
    expect(Math.abs(mean(held) - wanted)).toBeLessThan(4 * Math.sqrt(variance(held) / 1e5));
    // at λ = 0 a single hole is one pixel narrower than the crop
    const widths: number[] = [];
    for (const { masks } of plansOf(gridmix({ lambda: 0, holes: [1, 1] }), 100_000, { rows: 1, height: side, width: side }) as MaskPlan[]) {
      let [first, last] = [side, -1];
      for (let i = 0; i < side * side; i++) {
        if (masks[2 * i] !== 0) continue;
        first = Math.min(first, i % side);
        last = Math.max(last, i % side);
      }
      widths.push(last - first + 2);
    }
    const width = integral((q) => integral((p) => Math.min(Math.floor(Math.sqrt(Math.floor(side * side * (0.5 + q / 2)) / (0.5 + 1.5 * p))), side), 400), 400);
    expect(Math.abs(mean(widths) - width)).toBeLessThan(4 * Math.sqrt(variance(widths) / 1e5) + 0.01);
  });

  it.each([['uniform', 1, () => 1 / 0.7], ['beta', 1, () => 1 / 0.7], ['beta', 2, (t: number) => 6 * t * (1 - t) + (1 - 0.868) / 0.7]] as const)(
    'the box of ResizeMix covers what scales of law %s, alpha %d, give, and never more than 0.8²', (tau, alpha, density) => {
      const [height, width] = [20, 15];
      const drawn = own(plansOf(resizemix({ tau, alpha, per: 'sample' }), 100, { rows: 1000, height, width }));
      const wanted = 1 - integral((u) => {
        const t = 0.1 + 0.7 * u;
        return 0.7 * density(t) * covered([Math.floor(height * t), Math.floor(width * t)], [height, width], 'shrink');
      });
      expect(Math.abs(mean(drawn) - wanted)).toBeLessThan(4 * Math.sqrt(variance(drawn) / 1e5) + 2e-4);
      expect(Math.min(...drawn.slice(0, 50_000))).toBeGreaterThanOrEqual(1 - 0.8 ** 2 - 1e-6);
    },
  );

  it('λ of FMix has the moments of Beta(a, a), with reformulate the mean of Beta(a + 1, a)', () => {
    // the mask has no part in λ: smallest images
    const lambdas = own(plansOf(fmix({ alpha: 0.5, per: 'sample' }), 100, { rows: 1000, height: 1, width: 1 }));
    expect(Math.abs(mean(lambdas) - 0.5)).toBeLessThan(4 * Math.sqrt(0.125 / 1e5));
    expect(Math.abs(variance(lambdas) / 0.125 - 1)).toBeLessThan(0.02);
    const more = own(plansOf(fmix({ alpha: 0.5, per: 'sample', reformulate: true }), 100, { rows: 1000, height: 1, width: 1 }));
    expect(Math.abs(mean(more) - 0.75)).toBeLessThan(4 * Math.sqrt(variance(more) / 1e5));
  });

  it('masks of FMix show every pixel λ of the time, and each λ of its pixels (10⁴ draws)', () => {
    const [height, width, lambda] = [4, 5, 0.3]; // 6 of 20 pixels, no rounding
    const shown = new Float64Array(height * width);
    const rng = createRng(2);
    for (let draw = 0; draw < 10; draw++) {
      const { masks } = fmix({ lambda, per: 'sample' })(rng, { rows: 1000, height, width }) as MaskPlan;
      for (let row = 0; row < 1000; row++) {
        let count = 0;
        for (let i = 0; i < 20; i++) {
          const keep = masks[2 * (row * 20 + i)]!;
          count += keep;
          shown[i]! += keep;
        }
        if (count !== 6) throw new Error(`a mask shows ${count} of 20 pixels`);
      }
    }
    for (const count of shown) expect(Math.abs(count / 10_000 - lambda)).toBeLessThan(4.5 * Math.sqrt((lambda * (1 - lambda)) / 10_000));
  });

  it('weights of d-Mixup have mean, variance and covariance of the Dirichlet law', () => {
    const [k, alpha] = [3, 0.5];
    const weights = (plansOf(dMixup({ points: k, alpha, per: 'sample' }), 100, { rows: 1000 }) as ScalarPlan[]).flatMap((plan) => Array.from(plan.weights));
    const [first, second, third] = [0, 1, 2].map((j) => weights.filter((_, i) => i % k === j));
    const spread = (1 / 3) * (2 / 3) / (k * alpha + 1);
    for (const drawn of [first!, second!, third!]) {
      expect(Math.abs(mean(drawn) - 1 / 3)).toBeLessThan(4 * Math.sqrt(spread / 1e5));
      expect(Math.abs(variance(drawn) / spread - 1)).toBeLessThan(0.02);
    }
    expect(Math.abs(mean(first!.map((value, i) => value * second![i]!)) - 1 / 9 + 1 / 9 / (k * alpha + 1))).toBeLessThan(0.002);
  });

  it('timmMixup mixes `prob` of the images, `switchProb` of those with boxes, which cover what λ says up to the border', () => {
    const size = { rows: 1000, height: 9, width: 12 };
    const isMixed = (policy: Policy): boolean[] => own(plansOf(policy, 100, { rows: 1000 })).map((lambda) => lambda < 1);
    expect(Math.abs(mean(isMixed(timmMixup({ prob: 0.3, mode: 'elem' })).map(Number)) - 0.3)).toBeLessThan(0.006);
    const small = plansOf(timmMixup({ cutmixAlpha: 1, switchProb: 0.8 }), 100_000, { rows: 1, height: 2, width: 2 });
    expect(Math.abs(mean(small.map((plan) => Number(plan.kind === 'box'))) - 0.8)).toBeLessThan(0.006);
    const kept = own(plansOf(timmMixup({ mixupAlpha: 0, cutmixAlpha: 1, mode: 'elem' }), 100, size));
    const wanted = 1 - integral((lambda) => covered([Math.floor(9 * Math.sqrt(1 - lambda)), Math.floor(12 * Math.sqrt(1 - lambda))], [9, 12], 'keep'), 20_000);
    expect(Math.abs(mean(kept) - wanted)).toBeLessThan(4 * Math.sqrt(variance(kept) / 1e5));
  });

  it('sides of boxes between shares of the image are uniform, their places too', () => {
    const boxes = plansOf(cutmix({ minmax: [0.2, 0.8], per: 'sample' }), 100, { rows: 1000, height: 10, width: 10 }).flatMap((plan) => Array.from((plan as BoxPlan).boxes));
    const heights = boxes.flatMap((value, i) => (i % 4 === 2 ? [value - boxes[i - 2]!] : []));
    for (let side = 2; side < 8; side++) expect(Math.abs(heights.filter((height) => height === side).length / 1e5 - 1 / 6)).toBeLessThan(0.006);
    expect([Math.min(...new Set(heights)), Math.max(...new Set(heights))]).toEqual([2, 7]);
    const tops = boxes.filter((_, i) => i % 4 === 0).filter((_, i) => heights[i] === 7);
    for (let top = 0; top <= 3; top++) expect(Math.abs(tops.filter((at) => at === top).length / tops.length - 1 / 4)).toBeLessThan(0.015);
  });
});

describe('over 5,000 draws', () => {
  it('CutMix keeps more than λ, mixup λ, ResizeMix at least 1 − 0.8²', () => {
    const batch = { rows: 2, height: 32, width: 32 };
    const keeps = (policy: Policy): number[] => own(plansOf(policy, 5000, batch)).filter((_, i) => i % 2 === 0);
    expect(mean(keeps(cutmix()))).toBeGreaterThan(0.5 + 0.05);
    expect(Math.abs(mean(keeps(mixup())) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 5000));
    expect(Math.min(...keeps(resizemix()))).toBeGreaterThanOrEqual(1 - 0.8 ** 2 - 1e-6);
  });
});
