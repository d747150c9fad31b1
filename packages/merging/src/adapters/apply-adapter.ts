import { type DType, type HostTensor, sizeOf, type StateDict, stateDict } from '@mixwell/tensor';
import type { Values } from '../method.ts';
import { type Arithmetic, fromValues, toValues } from '../plan/values.ts';
import { type AdapterConfig, parseAdapterConfig } from './adapter-config.ts';
import { type AdapterChange, adapterChanges } from './adapter-changes.ts';
import { addLowRank, scaleAlong, transposed } from './change-values.ts';

export interface ApplyAdapterOptions {
  /** Of the tensors that change. Default that of the base, to which results are rounded. */
  readonly dtype?: DType;
}

function changed(tensor: HostTensor, change: AdapterChange<HostTensor>): Values {
  const arithmetic: Arithmetic = tensor.dtype === 'float64' ? 'float64' : 'float32';
  const [rows, columns] = [tensor.shape[0] ?? 1, sizeOf(tensor.shape.slice(1))];
  if (change.kind === 'whole') return toValues(change.tensor, arithmetic);
  const values = toValues(tensor, arithmetic).slice();
  if (change.kind === 'scale') scaleAlong(values, 0, toValues(change.factor, arithmetic), tensor.shape, change.axis);
  else {
    const { rank, scale, isTransposed } = change;
    const [a, b] = [toValues(change.a, arithmetic), toValues(change.b, arithmetic)];
    const [left, right] = isTransposed ? [transposed(a, rank, rows), transposed(b, columns, rank)] : [b, a];
    addLowRank(values, 0, { left, right, rank, columns, scale });
  }
  return values;
}

/**
 * A base with an adapter of PEFT in it: W + scale · B A for LoRA (Hu et al., ICLR 2022, arXiv 2106.09685), rows or columns times a vector for (IA)³ (Liu et al., NeurIPS 2022,
 * arXiv 2205.05638), and what else was trained in the place of the base's. What an adapter does not change is the base's own.
 *
 * @param adapter by PEFT's names, as in `adapter_model.safetensors`
 * @param config the contents of `adapter_config.json`
 * @throws {RangeError} naming key or tensor: for adapters of other kinds, DoRA for one; where the base lacks a target, or ranks or shapes do not fit
 */
export function applyAdapter(base: StateDict<HostTensor>, adapter: StateDict<HostTensor>, config: object, { dtype }: ApplyAdapterOptions = {}): StateDict<HostTensor> {
  const parsed: AdapterConfig = parseAdapterConfig(config, 'applyAdapter: config');
  const changes = adapterChanges(base, adapter, parsed, 'applyAdapter');
  return stateDict(Object.entries(base).map(([name, tensor]): [string, HostTensor] => {
    const change = changes.get(name);
    return [name, change ? fromValues(changed(tensor, change), dtype ?? tensor.dtype, tensor.shape, name) : tensor];
  }));
}
