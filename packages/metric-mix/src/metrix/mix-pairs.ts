import { choice, integer, type Rng, type ToHostInput } from '@mixwell/tensor';
import { checkOneOf, checkWhole } from '../check.ts';
import { readHost } from '../rows/read-host.ts';
import { readLabels } from '../rows/read-labels.ts';

const kinds = ['positive-negative', 'anchor-negative', 'positive-positive', 'negative-negative'] as const;

/** Which two examples an anchor's mixture is made of. */
export type MixKind = (typeof kinds)[number];

const positiveRules = ['random', 'randomPerAnchor', 'first', 'all', 'released'] as const;

/** Which positives a negative is mixed with. */
export type PositiveRule = (typeof positiveRules)[number];

export interface MixPairsOptions {
  /** The kind of pairs, or several, of which one is drawn uniformly. Default: 'positive-negative' and 'anchor-negative', as in the paper. */
  readonly mode?: MixKind | readonly MixKind[];
  /**
   * The first of each pair, where it is not the anchor. 'random': a positive (of 'negative-negative' a negative) is drawn for each pair. 'randomPerAnchor': one for all pairs of the anchor. 'first': the first in the
   * batch. 'all': each of them. 'released': the first, and the whole list once for every positive of the anchor, which is what the authors' code enumerates. Default 'random'.
   */
  readonly positives?: PositiveRule;
  /** Takes only the k nearest negatives of each anchor. Default: all of them. */
  readonly hardNegatives?: number;
  /** [anchors, examples], or the same row by row: distances from anchors to examples, which `hardNegatives` needs. Of equals the first is nearer. */
  readonly distances?: ToHostInput;
  /** At most so many pairs of one anchor; more are drawn from, without order being lost. Default: no limit. */
  readonly maxPerAnchor?: number;
  /** Of 'anchor-negative', which anchors have pairs: all, or those that have no positive in the batch, as in the authors' code. Default 'all'. */
  readonly anchors?: 'all' | 'withoutPositives';
  /** Classes of anchors that are not the examples themselves, such as proxies: [anchors]. Default: every example is an anchor, and no example of its own. */
  readonly anchorLabels?: ToHostInput;
  /** Needed where something is drawn. */
  readonly rng?: Rng;
}

/** Pairs to be mixed: pair i is examples first[i] and second[i] for anchor anchor[i]; anchors are in ascending order. */
export interface MixPairs {
  /** What was drawn. */
  readonly kind: MixKind;
  readonly anchor: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** What draws: checked when it is first needed, so that what is fixed needs no generator. */
type Draws = () => Rng;

interface Relatives {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

function relativesOf(labels: Float64Array, label: number, self: number): Relatives {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== label) negatives.push(i);
    else if (i !== self) positives.push(i);
  }
  return { positives, negatives };
}

/** Pairs of every second with the firsts that the rule takes; never an example with itself. */
function paired(firsts: readonly number[], seconds: readonly number[], rule: PositiveRule, draws: Draws): [number, number][] {
  if (firsts.length === 0) return [];
  const one = rule === 'randomPerAnchor' ? [firsts[integer(draws(), 0, firsts.length)]!] : firsts;
  const pairs = seconds.flatMap((second): [number, number][] => {
    const others = one.filter((first) => first !== second);
    if (others.length === 0) return [];
    if (rule === 'all') return others.map((first) => [first, second]);
    return [[rule === 'random' ? others[integer(draws(), 0, others.length)]! : others[0]!, second]];
  });
  return rule === 'released' ? firsts.flatMap(() => pairs) : pairs;
}

/** Some of the list, in its order. */
function atMost<T>(list: readonly T[], most: number | undefined, draws: Draws): readonly T[] {
  if (most === undefined || list.length <= most) return list;
  return Array.from(choice(draws(), list.length, most).sort(), (i) => list[i]!);
}

function nearest(negatives: readonly number[], k: number | undefined, distance: (example: number) => number): readonly number[] {
  if (k === undefined) return negatives;
  return negatives.toSorted((a, b) => distance(a) - distance(b) || a - b).slice(0, k);
}

function check({ mode = [], positives = 'random', hardNegatives, maxPerAnchor, anchors = 'all', anchorLabels }: MixPairsOptions): void {
  const modes: readonly MixKind[] = typeof mode === 'string' ? [mode] : mode;
  for (const kind of modes) checkOneOf('mixPairs', 'mode', kind, kinds);
  checkOneOf('mixPairs', 'positives', positives, positiveRules);
  checkOneOf('mixPairs', 'anchors', anchors, ['all', 'withoutPositives']);
  if (maxPerAnchor !== undefined) checkWhole('mixPairs', 'maxPerAnchor', maxPerAnchor);
  if (hardNegatives !== undefined) checkWhole('mixPairs', 'hardNegatives', hardNegatives);
  if (anchorLabels && modes.includes('anchor-negative')) throw new RangeError("mixPairs: mode must not be 'anchor-negative' where anchorLabels are given, since anchors are no examples");
}

/** Distances row by row, where hard negatives need them. */
function readDistances({ hardNegatives, distances }: MixPairsOptions, anchors: number, examples: number): ArrayLike<number> {
  if (hardNegatives === undefined) return [];
  if (distances === undefined) throw new RangeError(`mixPairs: distances must be given where hardNegatives are, [${anchors}, ${examples}], got none`);
  const { shape, data } = readHost('mixPairs', 'distances', distances);
  if (shape.join() !== `${anchors},${examples}` && shape.join() !== `${anchors * examples}`) throw new RangeError(`mixPairs: distances must have shape [${anchors}, ${examples}] or [${anchors * examples}], got [${shape.join(', ')}]`);
  const values = Float64Array.from(data as ArrayLike<number>);
  const bad = values.findIndex((value) => Number.isNaN(value));
  if (bad !== -1) throw new RangeError(`mixPairs: distances must be numbers, got NaN for anchor ${Math.floor(bad / examples)}, example ${bad % examples}`);
  return values;
}

/**
 * Which examples of a batch are mixed for which anchor, drawn on the host. An anchor that lacks what the kind asks for has no pairs; a batch of one class, or one example, has none at all.
 *
 * Venkataramanan et al., "It Takes Two to Tango: Mixup for Deep Metric Learning", ICLR 2022, arXiv 2106.04990.
 *
 * @param labels [examples]: classes, whole numbers
 * @throws {RangeError} for labels or options that are none, or distances that do not fit; {TypeError} where something is to be drawn and there is no rng
 */
export function mixPairs(labels: ToHostInput, options: MixPairsOptions = {}): MixPairs {
  const { anchorLabels, positives: rule = 'random', hardNegatives, maxPerAnchor, anchors = 'all', rng } = options;
  const mode = options.mode ?? (anchorLabels ? 'positive-negative' : ['positive-negative', 'anchor-negative']);
  check({ ...options, mode });
  const classes = readLabels('mixPairs', 'labels', labels);
  const ofAnchors = anchorLabels === undefined ? classes : readLabels('mixPairs', 'anchorLabels', anchorLabels);
  if (classes.length === 0) throw new RangeError('mixPairs: labels must have at least one, got none');
  const distances = readDistances(options, ofAnchors.length, classes.length);
  const draws: Draws = () => {
    if (!rng) throw new TypeError('mixPairs: rng must be given where kinds, positives or pairs are drawn, got none');
    return rng;
  };
  if (mode.length === 0) throw new RangeError('mixPairs: mode must be at least one kind, got none');
  const kind = typeof mode === 'string' ? mode : mode[mode.length === 1 ? 0 : integer(draws(), 0, mode.length)]!;
  const found: [number, number, number][] = [];
  for (let a = 0; a < ofAnchors.length; a++) {
    const { positives, negatives: all } = relativesOf(classes, ofAnchors[a]!, anchorLabels ? -1 : a);
    const negatives = nearest(all, hardNegatives, (example) => distances[a * classes.length + example]!);
    const pairs = {
      'positive-negative': () => paired(positives, negatives, rule, draws),
      'anchor-negative': () => (anchors === 'withoutPositives' && positives.length > 0 ? [] : paired([a], negatives, 'first', draws)),
      'positive-positive': () => paired(positives, positives, rule, draws),
      'negative-negative': () => paired(negatives, negatives, rule, draws),
    }[kind]();
    for (const [first, second] of atMost(pairs, maxPerAnchor, draws)) found.push([a, first, second]);
  }
  const column = (k: 0 | 1 | 2): Int32Array => Int32Array.from(found, (row) => row[k]);
  return { kind, anchor: column(0), first: column(1), second: column(2) };
}
