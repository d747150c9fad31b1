import type { OnnxValueInfo } from './model.ts';
import type { ProtoReader } from './proto-reader.ts';
import { elementType, unknownOf } from './read-tensor.ts';

function readDims(from: ProtoReader, name: string): (number | string)[] {
  const dims: (number | string)[] = [];
  from.message('shape', {
    1: () => {
      let size: number | string = '';
      from.message('dim', { 1: () => { size = from.size(); }, 2: () => { size = from.text(); } });
      // Some exporters write -1 for what they do not know.
      if (typeof size === 'number' && size < -1) from.fail(`${name}: axis ${dims.length} of size ${String(size)}`);
      dims.push(size);
    },
  });
  return dims;
}

/** Reads a ValueInfoProto. */
export function readValueInfo(from: ProtoReader, what: string): OnnxValueInfo {
  const unknown: Uint8Array[] = [];
  let name = '';
  let dtype: OnnxValueInfo['dtype'] = 'other';
  let dims: OnnxValueInfo['dims'] = null;
  let type = null as Uint8Array | null;
  from.message(what, {
    1: () => { name = from.text(); },
    2: () => {
      type = from.message('type', {
        1: () => from.message('tensor', { 1: () => { dtype = elementType(from); }, 2: () => { dims = readDims(from, name); } }),
      });
    },
  }, (field) => unknown.push(field));
  return { name, dtype, dims, ...(dtype === 'other' && type && { encodedType: new Uint8Array(type) }), ...unknownOf(unknown) };
}
