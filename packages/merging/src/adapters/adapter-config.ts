import { quote } from '../sources/tensor-place.ts';

/** What `adapter_config.json` of PEFT says of how an adapter is applied. */
export interface AdapterConfig {
  /** LoRA adds scale · B A to a weight (Hu et al., 2022, arXiv 2106.09685), (IA)³ multiplies units by a vector (Liu et al., 2022, arXiv 2205.05638). */
  readonly type: 'lora' | 'ia3';
  /** Whether square weights are `[in, out]`. Of others the shapes of the adapter tell. */
  readonly fanInFanOut: boolean;
  /** Rank that B and A of a module must have. */
  readonly rankOf: (module: string) => number;
  /** What B A of a module is multiplied by: α / rank, or α / √rank (rsLoRA, Kalajdzievski, 2023, arXiv 2312.03732). */
  readonly scaleOf: (module: string) => number;
  /** Whether (IA)³ multiplies what goes into a module; undefined where the config does not say so by names. */
  readonly isFeedforward: (module: string) => boolean | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Settings by which an adapter is more than B A on the base that is on the disk, and what they are called. */
const unsupported: Readonly<Record<string, string>> = {
  use_dora: 'DoRA (weights decomposed into magnitude and direction)', use_qalora: 'QALoRA', lora_bias: 'a bias of B', target_parameters: 'adapters of parameters that are no modules', layer_replication: 'replicated layers',
  alora_invocation_tokens: 'activated LoRA', trainable_token_indices: 'trainable tokens', megatron_config: 'layers of Megatron',
};

/** Starts of A and B for which PEFT changes the base. */
const changesBase = /^(pissa|olora|corda|loftq)/i;

/** A value in an error, cut off where it is long. */
const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 100);

const isOn = (value: unknown): boolean => value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);

/** Values by the names of modules. */
type ModulePattern = readonly (readonly [fits: (module: string) => boolean, value: number])[];

/** A module by its name or, without '^', by the end of it behind a dot. */
const moduleTest = (name: string, isAnchored: boolean) => (module: string): boolean => module === name || (!isAnchored && module.endsWith(`.${name}`));

const byModule = (pattern: ModulePattern, module: string): number | undefined => pattern.find(([fits]) => fits(module))?.[1];

/**
 * Reads an adapter's configuration.
 *
 * @param fields of `adapter_config.json`, parsed
 * @param where what errors call it
 * @throws {RangeError} naming the key, what it is and what it must be; for kinds of adapters that are not supported, DoRA for one, by name
 */
export function parseAdapterConfig(fields: unknown, where: string = 'adapter_config.json'): AdapterConfig {
  const fail = (problem: string): never => {
    throw new RangeError(`${where}: ${problem}`);
  };
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fail(`must be an object, got ${show(fields)}`);
  const { peft_type: peftType, fan_in_fan_out: fanInFanOut = false, init_lora_weights: start, feedforward_modules: feedforward, use_rslora: isRankStabilized = false, ...rest } = fields as Fields;
  const type = peftType === 'LORA' ? 'lora' : peftType === 'IA3' ? 'ia3' : fail(`peft_type must be LORA or IA3, got ${show(peftType)}`);
  for (const [key, what] of Object.entries(unsupported)) if (isOn(rest[key])) fail(`${key}: ${what} is not supported; merge the adapter into its base with PEFT first`);
  if (typeof start === 'string' && changesBase.test(start)) fail(`init_lora_weights: ${quote(start)} changes the base, which is not supported; merge the adapter into its base with PEFT first`);

  const flag = (key: string, value: unknown): boolean => (typeof value === 'boolean' ? value : fail(`${key} must be true or false, got ${show(value)}`));
  const number = (key: string, value: unknown, rule: string, holds: (x: number) => boolean): number =>
    (typeof value === 'number' && Number.isFinite(value) && holds(value) ? value : fail(`${key} must be ${rule}, got ${show(value)}`));
  type Rule = readonly [rule: string, holds: (x: number) => boolean];
  const rankRule: Rule = ['a whole number >= 1', (x) => Number.isSafeInteger(x) && x >= 1];
  const alphaRule: Rule = ['a finite number', () => true];
  const pattern = (key: string, rule: Rule): ModulePattern => {
    const value = rest[key] ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) return fail(`${key} must be an object, got ${show(value)}`);
    return Object.entries(value).map(([name, entry]) => {
      const module = name.replace(/^\^/, '').replace(/\$$/, '');
      if (!/^[\w.-]+$/.test(module)) fail(`${key}: names must be of modules, expressions are not supported, got ${quote(name)}`);
      return [moduleTest(module, name.startsWith('^')), number(`${key}.${name}`, entry, ...rule)] as const;
    });
  };
  const isLora = type === 'lora';
  const [rank, alpha] = isLora ? [number('r', rest['r'], ...rankRule), number('lora_alpha', rest['lora_alpha'], ...alphaRule)] : [1, 1];
  const [ranks, alphas] = [pattern('rank_pattern', rankRule), pattern('alpha_pattern', alphaRule)];
  const rankOf = (module: string): number => byModule(ranks, module) ?? rank;
  const root = flag('use_rslora', isRankStabilized);
  return {
    type,
    fanInFanOut: flag('fan_in_fan_out', fanInFanOut),
    rankOf,
    scaleOf: (module) => (byModule(alphas, module) ?? alpha) / (root ? Math.sqrt(rankOf(module)) : rankOf(module)),
    isFeedforward: (module) => (Array.isArray(feedforward) ? feedforward.some((name) => typeof name === 'string' && module.endsWith(name)) : undefined),
  };
}
