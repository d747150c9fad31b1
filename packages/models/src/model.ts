import * as tf from '@tensorflow/tfjs-core';
import { checkTensor, spec, stateDict, type Rng, type StateDict } from '@mixwell/tensor';
import type { Context, Layer, Mode } from './layer.ts';
import { defaultNorm, type NormFunction } from './norm.ts';
import type { DiskLayout, VariableSpec } from './variable.ts';

/** The values of a network: what is trained, and what is not. */
export interface Variables {
  readonly params: StateDict<tf.Tensor>;
  /** Running statistics of norm layers: `<layer>.running_mean`, `<layer>.running_var`. */
  readonly buffers: StateDict<tf.Tensor>;
}

/** A named piece of a network at whose borders a run may begin, end, or be looked at. */
export interface Stage extends Layer {
  readonly name: string;
  /** Shape of its input without the batch. */
  readonly inputShape: readonly number[];
}

export interface RunOptions {
  /** First stage to run: x is the input of this stage, with any number of rows. Default: the first stage of the network. */
  readonly from?: string;
  /** Last stage to run: y is the output of this stage. Default: the last stage of the network. */
  readonly to?: string;
  /** Stages whose outputs are returned as `taps`, and inner values of stages (`Stage.taps`). Default: none. */
  readonly tap?: readonly string[];
  /** Stands in for every norm layer. Default: the network's own norms. */
  readonly norm?: NormFunction;
  /** Default 'eval'. */
  readonly mode?: Mode;
  /** Whether running statistics move. Default: in mode 'train' only. */
  readonly updateBuffers?: boolean;
}

export interface RunResult {
  /** Output of the last stage that ran; of the whole network the logits, [batch, classes]. */
  readonly y: tf.Tensor;
  /** What `tap` asked for, by name. */
  readonly taps: StateDict<tf.Tensor>;
  /** All buffers after the run. Those that did not change are the very tensors of `vars.buffers`, so in mode 'eval' nothing here needs to be disposed. */
  readonly buffers: StateDict<tf.Tensor>;
}

/** A network as a list of named stages. It holds no values: those go in with each call. */
export interface Model {
  /** The architecture: `createModel(name, options)` makes this model again. */
  readonly name: string;
  /** All options of the architecture, defaults filled in. Plain JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly stages: readonly Stage[];
  /** Shape of the input without the batch: [height, width, channels], or [features]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** Every parameter and buffer, in the order of the layers. */
  readonly variables: readonly VariableSpec[];
  /** How each parameter and buffer lies on disk. */
  readonly layout: StateDict<DiskLayout>;
  /** First values. Each is drawn from a stream of its own, `rng.split(name)`: another layer, or another order, changes no other layer. */
  init(rng: Rng): Variables;
  /**
   * Runs the stages `from` … `to` on x. Disposes nothing of what it is given; the results belong to the caller.
   *
   * @throws {RangeError} for an unknown stage, an input that does not fit (naming the axis), or a variable that is missing
   */
  run(vars: Variables, x: tf.Tensor, options?: RunOptions): RunResult;
}

/** The stages from … to, both included. */
function section(name: string, stages: readonly Stage[], { from, to, tap = [] }: RunOptions): readonly Stage[] {
  const names = stages.map((stage) => stage.name);
  const find = (argument: string, wanted: string): number => {
    const index = names.indexOf(wanted);
    if (index === -1) throw new RangeError(`${name}: ${argument} must be one of ${names.join(', ')}, got '${wanted}'`);
    return index;
  };
  const first = from === undefined ? 0 : find('from', from);
  const last = to === undefined ? stages.length - 1 : find('to', to);
  if (first > last) throw new RangeError(`${name}: from must not come after to, got '${names[first]}' and '${names[last]}'`);
  const running = stages.slice(first, last + 1);
  const shown = running.flatMap((stage) => [stage.name, ...(stage.taps ?? [])]);
  const unknown = tap.find((wanted) => !shown.includes(wanted));
  if (unknown !== undefined) throw new RangeError(`${name}: tap must be among what the stages that run show, ${shown.join(', ')}, got '${unknown}'`);
  return running;
}

interface Run extends Context {
  /** What was asked for so far. */
  taps(): StateDict<tf.Tensor>;
  /** All buffers as they are now. */
  buffers(): StateDict<tf.Tensor>;
}

/** The context of one run, and what comes of it besides the output. */
function startRun(name: string, vars: Variables, { mode = 'eval', updateBuffers = mode === 'train', norm = defaultNorm, tap = [] }: RunOptions): Run {
  const changed = new Map<string, tf.Tensor>();
  const tapped = new Map<string, tf.Tensor>();
  return {
    mode,
    updateBuffers,
    norm,
    parameter(parameter) {
      const value = vars.params[parameter];
      if (!value) throw new RangeError(`${name}: vars.params must hold ${parameter}`);
      return value;
    },
    buffersOf(layer) {
      const prefix = `${layer}.`;
      return stateDict(Object.entries(vars.buffers).filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]));
    },
    tap(key, value) {
      if (tap.includes(key)) tapped.set(key, value);
    },
    setBuffers(layer, changes) {
      for (const [key, value] of Object.entries(changes)) changed.set(`${layer}.${key}`, value);
    },
    taps: () => stateDict([...tapped]),
    buffers: () => stateDict([...Object.entries(vars.buffers), ...changed]),
  };
}

function initialize(variables: readonly VariableSpec[], rng: Rng): Variables {
  const values = (kind: VariableSpec['kind']): StateDict<tf.Tensor> =>
    stateDict(variables.filter((variable) => variable.kind === kind).map((variable) => [variable.name, variable.init(rng.split(variable.name), variable.shape)]));
  return { params: values('parameter'), buffers: values('buffer') };
}

/** Makes a model of its stages. The input of the first stage is the input of the model. */
export function defineModel({ name, options, stages, classes }: Pick<Model, 'name' | 'options' | 'stages' | 'classes'>): Model {
  const variables = stages.flatMap((stage) => stage.variables);
  return {
    name,
    options,
    stages,
    classes,
    inputShape: stages[0]!.inputShape,
    variables,
    layout: stateDict(variables.map((variable) => [variable.name, variable.layout])),
    init: (rng) => initialize(variables, rng),
    run(vars, x, runOptions = {}) {
      const running = section(name, stages, runOptions);
      const { inputShape, name: first } = running[0]!;
      const argument = first === stages[0]!.name ? 'images' : `input of ${first}`;
      checkTensor(x, spec('float32', ['batch', ...inputShape]), `${name}: ${argument}`);
      return tf.tidy(() => {
        const context = startRun(name, vars, runOptions);
        let y = x;
        for (const stage of running) {
          y = stage.apply(y, context);
          context.tap(stage.name, y);
        }
        return { y, taps: context.taps(), buffers: context.buffers() };
      });
    },
  };
}
