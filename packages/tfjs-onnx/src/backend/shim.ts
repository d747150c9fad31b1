import { createRequire } from 'node:module';
import type { LoweredGraph } from '../lower/lower-graph.ts';
import type { BuilderAttribute } from '../lower/builder.ts';
const TYPES: Record<string, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const encoder = new TextEncoder();
type Part = Uint8Array;
function varint(v: number | bigint): Part { let x = BigInt.asUintN(64, BigInt(v)); const out: number[] = []; while (x > 127n) { out.push(Number(x & 127n) | 128); x >>= 7n; } out.push(Number(x)); return Uint8Array.from(out); }
function cat(parts: Part[]): Part { let n = 0; for (const p of parts) n += p.length; const out = new Uint8Array(n); let o = 0; for (const p of parts) { out.set(p, o); o += p.length; } return out; }
const tag = (f: number, w: number): Part => varint(f * 8 + w);
const int = (f: number, v: number | bigint): Part => cat([tag(f, 0), varint(v)]);
const bytes = (f: number, b: Part): Part => cat([tag(f, 2), varint(b.length), b]);
const str = (f: number, s: string): Part => bytes(f, encoder.encode(s));
const f32 = (f: number, v: number): Part => cat([tag(f, 5), new Uint8Array(Float32Array.of(v).buffer)]);
function attr(k: string, v: BuilderAttribute): Part {
  const p = [str(1, k)];
  if (typeof v === 'number') p.push(int(3, v), int(20, 2)); else if (typeof v === 'string') p.push(str(4, v), int(20, 3));
  else if (Array.isArray(v)) p.push(...v.map((x) => int(8, x as number)), int(20, 7)); else p.push(f32(2, (v as { float: number }).float), int(20, 1));
  return bytes(5, cat(p));
}
const info = (f: number, t: { name: string; dtype: string; dims: readonly number[] }): Part => bytes(f, cat([str(1, t.name), bytes(2, bytes(1, cat([int(1, TYPES[t.dtype]!), bytes(2, cat(t.dims.map((d) => bytes(1, int(1, d)))))])))]));
export function writeShim(g: LoweredGraph): Uint8Array {
  const parts: Part[] = [];
  for (const n of g.nodes) parts.push(bytes(1, cat([...n.inputs.map((i) => str(1, i)), ...n.outputs.map((o) => str(2, o)), str(4, n.op), ...Object.entries(n.attrs).map(([k, v]) => attr(k, v)), ...(n.domain ? [str(7, n.domain)] : [])])));
  parts.push(str(2, 'g'));
  for (const c of g.constants) parts.push(bytes(5, cat([...c.dims.map((d) => int(1, d)), int(2, TYPES[c.dtype]!), str(8, c.name), bytes(9, new Uint8Array(c.data.buffer, c.data.byteOffset, c.data.byteLength))])));
  for (const i of g.inputs) parts.push(info(11, i));
  for (const o of g.outputs) parts.push(info(12, o));
  return cat([int(1, 8), bytes(7, cat(parts)), bytes(8, cat([str(1, ''), int(2, 17)])), bytes(8, cat([str(1, 'com.microsoft'), int(2, 1)]))]);
}
const require = createRequire(import.meta.url);
let ortModule: { Tensor: new (dtype: string, data: unknown, dims: readonly number[]) => unknown; env: { logLevel: string } } | null = null;
export function openShim(model: Uint8Array, nodes: number): { tensor(dtype: string, data: unknown, dims: readonly number[]): unknown; run(feeds: Record<string, unknown>, outputs: string[]): Record<string, { data: Float32Array }>; release(): void } {
  const ort = (ortModule ??= require('onnxruntime-node'));
  ort!.env.logLevel = 'error';
  const { binding, initOrt } = require('onnxruntime-node/dist/binding.js');
  initOrt();
  const s = new binding.InferenceSession();
  s.loadModel(model.buffer, model.byteOffset, model.byteLength, { intraOpNumThreads: 2, enableMemPattern: false, enableCpuMemArena: true, executionMode: 'sequential', graphOptimizationLevel: nodes > 5000 ? 'disabled' : 'basic', ...(process.env['ORT_PROFILE'] ? { enableProfiling: true, profileFilePrefix: process.env['ORT_PROFILE'] } : {}), extra: { session: { force_spinning_stop: '1' } } });
  return { tensor: (d, data, dims) => new ort!.Tensor(d, data, dims), run: (feeds, outputs) => s.run(feeds, Object.fromEntries(outputs.map((o) => [o, null])), {}), release: () => s.endProfiling() };
}
