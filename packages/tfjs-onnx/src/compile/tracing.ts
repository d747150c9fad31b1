import { createRecorder, type Recorder } from '../graph/recorder.ts';
import { leaf, placeholder, type Value } from '../graph/value.ts';
import { placeOfCaller } from './user-place.ts';

/** A seeded generator, by structure: `next` draws 32 bits, `split` gives an independent stream. */
export interface DrawSource {
  next(): number;
  split(key: number | string): DrawSource;
  state(): unknown;
}

/** Whether a value is a generator. */
export function isDrawSource(x: unknown): x is DrawSource {
  const source = x as Partial<DrawSource> | null;
  return typeof x === 'object' && source !== null && typeof source.next === 'function' && typeof source.split === 'function' && typeof source.state === 'function';
}

type Fill = (rng: never) => Float32Array;

/** What the function did to its generators, in order; each call does the same to the generators it is given. */
type DrawEvent =
  | { readonly kind: 'split'; readonly from: number; readonly key: number | string }
  | { readonly kind: 'draw'; readonly from: number; readonly fill: Fill; readonly value: Value };

/** A trace under way. */
export interface Tracing {
  /** The traced function's name, for messages. */
  readonly name: string;
  readonly recorder: Recorder;
  /** A stand-in for a generator that is an argument. */
  generator(path: string): DrawSource;
  /** A tensor that is drawn anew at each call. */
  draw(rng: DrawSource, fill: Fill, shape: readonly number[]): Value;
  readonly draws: DrawLog;
}

/** The draws of a traced function. */
export interface DrawLog {
  /** The tensors that are drawn, in order. */
  readonly values: readonly Value[];
  /** Draws them from the generators of one call. */
  replay(generators: readonly DrawSource[]): ReadonlyMap<Value, Value>;
}

export function createTracing(name: string): Tracing {
  const events: DrawEvent[] = [];
  const streams = new WeakMap<DrawSource, number>();
  const values: Value[] = [];
  let streamCount = 0;

  function stream(path: string): DrawSource {
    const index = streamCount++;
    const refusing = (what: string) => {
      const refuse = (): never => {
        throw new Error(`onnxruntime: ${name}: ${what} of the generator ${path} while it is traced${placeOfCaller(refuse)}: a number drawn on the host would be frozen; draw tensors, or pass the number as a tensor`);
      };
      return refuse;
    };
    const source: DrawSource = {
      next: refusing('next()'),
      state: refusing('state()'),
      split: (key) => {
        events.push({ kind: 'split', from: index, key });
        return stream(`${path}.split(${JSON.stringify(key)})`);
      },
    };
    streams.set(source, index);
    return source;
  }

  function draw(rng: DrawSource, fill: Fill, shape: readonly number[]): Value {
    const from = streams.get(rng);
    if (from === undefined) throw new Error(`onnxruntime: ${name}: draws from a generator that is not an argument of the function`);
    const value = placeholder(`draw${values.length}`, shape, 'float32');
    values.push(value);
    events.push({ kind: 'draw', from, fill, value });
    return value;
  }

  return { name, recorder: createRecorder(), generator: stream, draw, draws: { values, replay: (generators) => replay(events, generators) } };
}

/** Streams are numbered in order of appearance: the arguments first, since they are made before the function runs. */
function replay(events: readonly DrawEvent[], generators: readonly DrawSource[]): ReadonlyMap<Value, Value> {
  const streams = [...generators];
  const drawn = new Map<Value, Value>();
  for (const event of events) {
    const source = streams[event.from]!;
    if (event.kind === 'split') streams.push(source.split(event.key));
    else drawn.set(event.value, leaf(event.fill(source as never), event.value.shape, 'float32'));
  }
  return drawn;
}
