import { signatureOf } from './signature.ts';
import { type Attributes, type GraphNode, leaf, type OutputSpec, pendingValue, sameShape, type Value, viewOf } from './value.ts';

/** Records kernels instead of running them. Equal kernels on equal operands are recorded once. */
export interface Recorder {
  /** Nodes that have not run, in an order in which they can run. */
  readonly pending: ReadonlySet<GraphNode>;
  record(kernel: string, inputs: readonly Value[], attrs: Attributes, outputs: readonly OutputSpec[]): readonly Value[];
  /** Forgets a node that nothing needs, and its operands' producers likewise. */
  drop(node: GraphNode): void;
  /** Empties the pending set after it has run: results that have data become leaves. */
  settle(): void;
}

/** An empty recorder. */
export function createRecorder(): Recorder {
  const pending = new Set<GraphNode>();
  const byKey = new Map<string, GraphNode>();

  function record(kernel: string, operands: readonly Value[], attrs: Attributes, outputs: readonly OutputSpec[]): readonly Value[] {
    const inputs = operands.map((value) => resolveView(value, record));
    const signature = signatureOf(kernel, inputs.length, attrs);
    let key = `${signature}`;
    for (const input of inputs) key += `,${input.id}`;
    const known = byKey.get(key);
    if (known) return known.outputs;
    const node: GraphNode = { kernel, attrs, inputs, outputs: outputs.map(pendingValue), signature, key, owner: recorder, plan: 0 };
    for (const input of inputs) input.uses += 1;
    for (const output of node.outputs) output.node = node;
    pending.add(node);
    byKey.set(key, node);
    return node.outputs;
  }

  function drop(node: GraphNode): void {
    if (!pending.delete(node)) return;
    byKey.delete(node.key);
    for (const input of node.inputs) {
      input.uses -= 1;
      dropIfUnneeded(input);
    }
  }

  function settle(): void {
    for (const node of pending) {
      for (const input of node.inputs) {
        input.uses = 0;
        input.views = null;
      }
      for (const output of node.outputs) {
        output.uses = 0;
        output.views = null;
        output.node = null;
      }
    }
    pending.clear();
    byKey.clear();
  }

  const recorder: Recorder = { pending, record, drop, settle };
  return recorder;
}

/** A data id now refers to the value. */
export function retain(value: Value): void {
  value.references += 1;
}

/** A data id no longer refers to the value; what nothing needs any more is not going to run. */
export function release(value: Value): void {
  value.references -= 1;
  dropIfUnneeded(value);
}

function dropIfUnneeded(value: Value): void {
  const { node } = value;
  if (node !== null && node.outputs.every((output) => output.references <= 0 && output.uses <= 0)) node.owner.drop(node);
}

/** The value under another shape. Nothing is recorded before a kernel reads it. */
export function view(value: Value, shape: readonly number[]): Value {
  const base = value.base ?? value;
  return sameShape(base.shape, shape) ? base : viewOf(base, shape);
}

/** What a kernel reads: a view becomes a Reshape node, or, when the elements are known, a leaf over the same memory. */
function resolveView(value: Value, record: Recorder['record']): Value {
  const { base } = value;
  if (base === null) return value;
  const key = value.shape.join();
  const known = base.views?.get(key);
  if (known && (known.data !== null || known.node?.owner.pending.has(known.node))) return known;
  const resolved = base.data !== null && base.node === null
    ? leaf(base.data, value.shape, value.dtype)
    : record('Reshape', [base], { shape: value.shape }, [value])[0]!;
  base.views ??= new Map();
  base.views.set(key, resolved);
  return resolved;
}
