import { describe, expect, it } from 'vitest';
import { planPending } from './plan.ts';
import { createRecorder, release, retain, view } from './recorder.ts';
import { leaf, type Value } from './value.ts';

const spec = (...shape: number[]) => ({ shape, dtype: 'float32' as const });
const data = (...shape: number[]): Value => leaf(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape, 'float32');

/** Records `kernel` and retains its result, as a data id would. */
function recordKept(recorder: ReturnType<typeof createRecorder>, kernel: string, inputs: Value[], attrs = {}): Value {
  const [value] = recorder.record(kernel, inputs, attrs, [spec(2, 3)]);
  retain(value!);
  return value!;
}

describe('recorder', () => {
  it('records an equal kernel on equal operands once', () => {
    const recorder = createRecorder();
    const x = data(2, 3);
    const first = recordKept(recorder, 'Exp', [x]);
    expect(recordKept(recorder, 'Exp', [x])).toBe(first);
    expect(recordKept(recorder, 'Exp', [x], { axis: 1 })).not.toBe(first);
    expect(recordKept(recorder, 'Exp', [data(2, 3)])).not.toBe(first);
    expect(recorder.pending.size).toBe(3);
  });

  it('forgets what nothing needs, with everything that only it needed', () => {
    const recorder = createRecorder();
    const x = data(2, 3);
    const a = recordKept(recorder, 'Exp', [x]);
    const b = recordKept(recorder, 'Log', [a]);
    const c = recordKept(recorder, 'Neg', [a]);
    release(a);
    expect(recorder.pending.size).toBe(3);
    release(b);
    expect([...recorder.pending].map((node) => node.kernel)).toEqual(['Exp', 'Neg']);
    release(c);
    expect(recorder.pending.size).toBe(0);
    expect(x.uses).toBe(0);
  });

  it('keeps a value with two data ids until both are gone', () => {
    const recorder = createRecorder();
    const x = data(2, 3);
    const a = recordKept(recorder, 'Exp', [x]);
    recordKept(recorder, 'Exp', [x]);
    release(a);
    expect(recorder.pending.size).toBe(1);
    release(a);
    expect(recorder.pending.size).toBe(0);
  });

  it('makes a Reshape node of a view only when a kernel reads it, and once', () => {
    const recorder = createRecorder();
    const a = recordKept(recorder, 'Exp', [data(2, 3)]);
    const flat = view(a, [6]);
    expect(view(a, [2, 3])).toBe(a);
    expect(recorder.pending.size).toBe(1);
    recordKept(recorder, 'Neg', [flat]);
    recordKept(recorder, 'Log', [view(a, [6])]);
    expect([...recorder.pending].map((node) => node.kernel)).toEqual(['Exp', 'Reshape', 'Neg', 'Log']);
  });

  it('shows known data under another shape without a node', () => {
    const recorder = createRecorder();
    const x = data(2, 3);
    const y = recordKept(recorder, 'Neg', [view(x, [6])]);
    expect(y.node!.inputs[0]!.data).toBe(x.data);
    expect(y.node!.inputs[0]!.shape).toEqual([6]);
    expect(recorder.pending.size).toBe(1);
  });

  it('turns results into leaves once they have run', () => {
    const recorder = createRecorder();
    const a = recordKept(recorder, 'Exp', [data(2, 3)]);
    a.data = new Float32Array(6);
    recorder.settle();
    expect(a.node).toBeNull();
    expect(recorder.pending.size).toBe(0);
    const again = recordKept(recorder, 'Neg', [a]);
    release(again);
    release(a);
    expect(recorder.pending.size).toBe(0);
  });
});

describe('planPending', () => {
  const program = (scale: number, keepMiddle: boolean) => {
    const recorder = createRecorder();
    const a = recordKept(recorder, 'Mul', [data(2, 3), leaf(Float32Array.of(scale), [], 'float32')]);
    const b = recordKept(recorder, 'Exp', [a]);
    if (!keepMiddle) release(a);
    return { plan: planPending(recorder.pending), a, b };
  };

  it('has an equal key for equal structure, whatever the data', () => {
    expect(program(1, false).plan.key).toBe(program(2, false).plan.key);
  });

  it('has another key where another result is kept', () => {
    expect(program(1, true).plan.key).not.toBe(program(1, false).plan.key);
    expect(program(1, true).plan.outputs).toHaveLength(2);
  });

  it('has another key for other wiring, shapes and attributes', () => {
    const keys = [
      (r: ReturnType<typeof createRecorder>, x: Value, y: Value) => recordKept(r, 'Sub', [x, y]),
      (r: ReturnType<typeof createRecorder>, x: Value, y: Value) => recordKept(r, 'Sub', [recordKept(r, 'Neg', [y]), x]),
      (r: ReturnType<typeof createRecorder>, x: Value) => recordKept(r, 'Sub', [x, x]),
      (r: ReturnType<typeof createRecorder>, x: Value) => recordKept(r, 'Sub', [x, data(3)]),
      (r: ReturnType<typeof createRecorder>, x: Value, y: Value) => recordKept(r, 'Sub', [x, y], { axis: 1 }),
    ].map((build) => {
      const recorder = createRecorder();
      build(recorder, data(2, 3), data(2, 3));
      return planPending(recorder.pending).key;
    });
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('leaves out nodes that the wanted results do not need', () => {
    const recorder = createRecorder();
    const x = data(2, 3);
    const wanted = recordKept(recorder, 'Exp', [x]);
    recordKept(recorder, 'Log', [x]);
    const plan = planPending(recorder.pending, [wanted]);
    expect(plan.nodes.map((node) => node.kernel)).toEqual(['Exp']);
    expect(plan.leaves).toEqual([x]);
  });
});
