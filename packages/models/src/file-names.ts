/** The name here of a tensor that other code calls otherwise; names that it does not know are left as they are. */
type Rename = (name: string) => string;

/** torchvision's `vit_b_16`; `mlp.linear_1` is how its first versions wrote `mlp.0`. */
const fromTorchvisionVit: Rename = (name) => name
  .replace(/^class_token$/, 'cls_token')
  .replace(/^encoder\.pos_embedding$/, 'pos_embed')
  .replace(/^conv_proj\./, 'patch_embed.proj.')
  .replace(/^encoder\.ln\./, 'norm.')
  .replace(/^heads\.head\./, 'head.')
  .replace(/^encoder\.layers\.encoder_layer_(\d+)\.(.+)$/, (_, index: string, rest: string) => `blocks.${index}.${rest
    .replace(/^ln_/, 'norm')
    .replace(/^self_attention\.in_proj_/, 'attn.qkv.')
    .replace(/^self_attention\.out_proj\./, 'attn.proj.')
    .replace(/^mlp\.(0|linear_1)\./, 'mlp.fc1.')
    .replace(/^mlp\.(3|linear_2)\./, 'mlp.fc2.')}`);

/** `CifarResNeXt` of D-X-Y/ResNeXt-DenseNet, which AugMix and RobustBench use. */
const fromCifarResNeXt: Rename = (name) => name
  .replace(/^conv_1_3x3\./, 'conv1.')
  .replace(/^bn_1\./, 'bn1.')
  .replace(/^classifier\./, 'fc.')
  .replace(/^stage_(\d)\.(\d+)\.(.+)$/, (_, stage: string, index: string, rest: string) => `layer${stage}.${index}.${rest
    .replace(/^(conv|bn)_reduce\./, '$11.')
    .replace(/^conv_conv\./, 'conv2.')
    .replace(/^bn\./, 'bn2.')
    .replace(/^(conv|bn)_expand\./, '$13.')}`);

const renames: Readonly<Record<string, Rename>> = {
  deit_base: fromTorchvisionVit,
  deit_small: fromTorchvisionVit,
  deit_tiny: fromTorchvisionVit,
  resnext29: fromCifarResNeXt,
  vit: fromTorchvisionVit,
  vit_base: fromTorchvisionVit,
  vit_small: fromTorchvisionVit,
  vit_tiny: fromTorchvisionVit,
};

/**
 * A file under the names of this package, where it has those of other code that it is known to come from.
 *
 * @throws {RangeError} where two tensors of the file mean the same
 */
export function withOwnNames<T>(caller: string, architecture: string, file: Readonly<Record<string, T>>): Record<string, T> {
  const rename = (Object.hasOwn(renames, architecture) ? renames[architecture] : undefined) ?? ((name: string) => name);
  const own: Record<string, T> = Object.create(null) as Record<string, T>;
  for (const [name, value] of Object.entries(file)) {
    const key = rename(name);
    if (Object.hasOwn(own, key)) throw new RangeError(`${caller}: a ${architecture} file must name each tensor once, got ${name} besides another name of ${key}`);
    own[key] = value;
  }
  return own;
}
