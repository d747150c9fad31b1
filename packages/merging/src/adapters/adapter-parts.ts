import type { Described } from '../plan/plan-merge.ts';
import { quote } from '../sources/tensor-place.ts';
import type { StateDict } from '@mixwell/tensor';
import type { AdapterConfig } from './adapter-config.ts';

/** B and A of one module. */
export interface LowRankPart<T> {
  readonly kind: 'low-rank';
  readonly module: string;
  readonly a: T;
  readonly b: T;
  readonly isEmbedding: boolean;
}

export interface ScalePart<T> {
  readonly kind: 'scale';
  readonly module: string;
  readonly factor: T;
}

/** A whole tensor that was trained, as heads and biases are. */
export interface WholePart<T> {
  readonly kind: 'whole';
  /** Name in the base. */
  readonly target: string;
  readonly tensor: T;
}

export type AdapterPart<T> = LowRankPart<T> | ScalePart<T> | WholePart<T>;

/** PEFT wraps a model twice. */
const wrapping = /^base_model\.model\./;
const lowRankEnds = { '.lora_A.weight': ['a', false], '.lora_B.weight': ['b', false], '.lora_embedding_A': ['a', true], '.lora_embedding_B': ['b', true] } as const;

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/**
 * An adapter's tensors by what they do, from their names, types and shapes.
 *
 * @param tensors by PEFT's names, as `base_model.model.layers.0.q_proj.lora_A.weight`
 * @throws {RangeError} naming the tensor: where A or B is alone, ranks are not those of the configuration or each other's, or it is none of PEFT's
 */
export function adapterParts<T extends Described>(tensors: StateDict<T>, { type, rankOf }: AdapterConfig, where: string = 'adapter'): readonly AdapterPart<T>[] {
  const fail = (name: string, problem: string): never => {
    throw new RangeError(`${where}: ${quote(name)} ${problem}`);
  };
  const halves = new Map<string, { a?: T; b?: T; isEmbedding: boolean }>();
  const parts: AdapterPart<T>[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!wrapping.test(name)) fail(name, "must begin with 'base_model.model.', as PEFT saves adapters");
    if (!tensor.dtype.startsWith('float') && tensor.dtype !== 'bfloat16') fail(name, `must hold floats, got ${tensor.dtype}`);
    if (/\.lora_magnitude_vector\b/.test(name)) fail(name, 'is of DoRA, which is not supported; merge the adapter into its base with PEFT first');
    const bare = name.replace(wrapping, '');
    const end = (Object.keys(lowRankEnds) as (keyof typeof lowRankEnds)[]).find((candidate) => bare.endsWith(candidate));
    if (end && type === 'lora') {
      const [half, isEmbedding] = lowRankEnds[end];
      const module = bare.slice(0, -end.length);
      halves.set(module, { ...halves.get(module), [half]: tensor, isEmbedding });
    } else if (type === 'ia3' && bare.endsWith('.ia3_l')) parts.push({ kind: 'scale', module: bare.slice(0, -'.ia3_l'.length), factor: tensor });
    else if (/\.(lora_|ia3_)/.test(bare)) fail(name, `is not supported in an adapter of type ${type}`);
    else parts.push({ kind: 'whole', target: bare, tensor });
  }
  for (const [module, { a, b, isEmbedding }] of halves) {
    if (!a || !b) return fail(module, `must have both lora_A and lora_B, got ${a ? 'A' : 'B'} only`);
    const ranks = [a.shape[0], b.shape[1]];
    if (a.shape.length < 2 || b.shape.length < 2 || ranks.some((rank) => rank !== rankOf(module))) {
      fail(module, `must have lora_A of shape [rank, …] and lora_B of [out, rank] with rank ${rankOf(module)}, got ${text(a.shape)} and ${text(b.shape)}`);
    }
    if (b.shape.slice(2).some((axis) => axis !== 1)) fail(module, `must have lora_B with a kernel of 1, got ${text(b.shape)}`);
    parts.push({ kind: 'low-rank', module, a, b, isEmbedding });
  }
  return parts;
}
