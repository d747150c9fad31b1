import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import type { OnnxData, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import type { ExternalSource, ExternalSources } from './read-tensor.ts';
import { ARRAY_TYPES } from './types.ts';

/** Bytes of a file beside a model. */
interface ExternalFile {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens the file at a location that a model names. */
export type OpenExternal = (location: string, label: string) => Promise<ExternalFile>;

/** Names in messages may be as long as a hostile file likes. */
export function quote(location: string): string {
  return JSON.stringify(location.length > 200 ? `${location.slice(0, 200)}…` : location);
}

/** Files in a folder and below it, and no others: a model from elsewhere must not read what else is on the disk. */
export function filesIn(caller: string, folder: string): OpenExternal {
  return async (location, label) => {
    const fail = (problem: string): never => {
      throw new Error(`${caller}: ${label}: its elements are in ${quote(location)}, ${problem}`);
    };
    const outside = 'which is outside of the folder of the model; to allow that, read it yourself with the option externalData';
    if (location === '' || location.includes('\0')) fail('which is no name of a file');
    if (isAbsolute(location) || /^[a-z]:/i.test(location) || location.split(/[/\\]/).includes('..')) fail(outside);
    const path = join(folder, location);
    const real = await realpath(path).catch(() => fail('which is not there'));
    const root = await realpath(folder);
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) fail(outside);
    // Before it is opened: a pipe would never open.
    const found = await stat(real);
    if (!found.isFile()) fail('which is no file');
    const file = await open(real, 'r').catch((cause: Error) => fail(`which cannot be read: ${cause.message}`));
    return {
      size: found.size,
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        for (let at = 0; at < length;) {
          const { bytesRead } = await file.read(bytes, at, Math.min(length - at, 2 ** 30), offset + at);
          if (bytesRead === 0) fail('which became shorter while it was read');
          at += bytesRead;
        }
        return bytes;
      },
      close: () => file.close(),
    };
  };
}

/** Files as the caller gives them. */
export function filesBy(caller: string, give: (location: string) => Uint8Array | Promise<Uint8Array>): OpenExternal {
  return async (location, label) => {
    const bytes = await give(location);
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`${caller}: ${label}: externalData must give a Uint8Array for ${quote(location)}`);
    return { size: bytes.length, read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))), close: () => Promise.resolve() };
  };
}

/** Reads the elements that are in other files. Ranges must not overlap unless they are the same: a small file must not become large in memory. */
export async function readExternal(caller: string, model: OnnxModel, sources: ExternalSources, openFile: OpenExternal): Promise<OnnxModel> {
  if (sources.size === 0) return model;
  const data = new Map<OnnxTensor, OnnxData>();
  const byLocation = new Map<string, [OnnxTensor, ExternalSource][]>();
  for (const entry of sources) {
    const { location } = entry[1];
    const entries = byLocation.get(location) ?? [];
    byLocation.set(location, entries);
    entries.push(entry);
  }
  for (const [location, entries] of byLocation) {
    const label = (tensor: OnnxTensor): string => `tensor ${tensor.name || '(unnamed)'}`;
    const file = await openFile(location, label(entries[0]![0]));
    try {
      const known = new Map<string, ArrayBuffer>();
      let total = 0;
      for (const [tensor, source] of entries) {
        const { offset, length } = rangeOf(`${caller}: ${label(tensor)}`, source, file.size);
        const key = `${offset} ${length}`;
        if (!known.has(key)) {
          total += length;
          if (total > file.size) throw new Error(`${caller}: ${label(tensor)}: its range in ${quote(location)} overlaps with those of other tensors`);
          known.set(key, (await file.read(offset, length)).buffer as ArrayBuffer);
        }
        const type = ARRAY_TYPES[tensor.dtype as Exclude<OnnxTensor['dtype'], 'string'>];
        data.set(tensor, new type(known.get(key)!, 0, length / type.BYTES_PER_ELEMENT));
      }
    } finally {
      await file.close();
    }
  }
  return { ...model, ...(model.functions && { functions: model.functions.map((fn) => ({ ...fn, nodes: fn.nodes.map((node) => fillNode(node, data)) })) }), graph: fillGraph(model.graph, data) };
}

function rangeOf(caller: string, { location, offset, length, needed }: ExternalSource, size: number): { readonly offset: number; readonly length: number } {
  const number = (what: string, text: string): number => {
    if (!/^\d{1,15}$/.test(text)) throw new Error(`${caller}: ${what} in ${quote(location)} must be a whole number, got ${JSON.stringify(text.slice(0, 40))}`);
    return Number(text);
  };
  const from = offset === '' ? 0 : number('offset', offset);
  const given = length === '' ? needed : number('length', length);
  if (given !== needed) throw new Error(`${caller}: it takes ${needed} bytes, and the model says ${given} of ${quote(location)}`);
  if (from + given > size) throw new Error(`${caller}: bytes ${from} to ${from + given} of ${quote(location)} are needed, which has ${size}`);
  return { offset: from, length: given };
}

function fillTensor(tensor: OnnxTensor, data: ReadonlyMap<OnnxTensor, OnnxData>): OnnxTensor {
  const known = data.get(tensor);
  return known ? { ...tensor, data: known } : tensor;
}

function fillGraph(graph: OnnxGraph, data: ReadonlyMap<OnnxTensor, OnnxData>): OnnxGraph {
  return { ...graph, initializers: graph.initializers.map((tensor) => fillTensor(tensor, data)), nodes: graph.nodes.map((node) => fillNode(node, data)) };
}

function fillNode(node: OnnxNode, data: ReadonlyMap<OnnxTensor, OnnxData>): OnnxNode {
  if (!node.attrs) return node;
  const attrs = Object.entries(node.attrs).map(([key, value]) => {
    if (typeof value !== 'object') return [key, value];
    if ('tensor' in value) return [key, { tensor: fillTensor(value.tensor, data) }];
    if ('tensors' in value) return [key, { tensors: value.tensors.map((tensor) => fillTensor(tensor, data)) }];
    if ('graph' in value) return [key, { graph: fillGraph(value.graph, data) }];
    if ('graphs' in value) return [key, { graphs: value.graphs.map((graph) => fillGraph(graph, data)) }];
    return [key, value];
  });
  return { ...node, attrs: Object.fromEntries(attrs) as NonNullable<OnnxNode['attrs']> };
}
