import { describe, expect, it } from 'vitest';
import { computed, runGolden } from './run-golden.ts';

const vector = { name: 'v', family: 'f', params: {}, inputs: {} };

describe('computed', () => {
  it('takes everything that a handler may return', async () => {
    const outputs = await computed(async () => ({
      number: 2, flag: true, nothing: undefined, list: [[1], [2]], typed: new Float32Array([3]),
      tensor: { dtype: 'int64', shape: [1], data: new BigInt64Array([4n]) }, record: { inner: 5 }, tensors: [{ dtype: 'bool', shape: [1], data: new Uint8Array([1]) }],
    }), vector);
    const flat = [...outputs].map(([key, { values, shape }]) => [key, Array.from(values), shape]);
    expect(flat).toEqual([
      ['number', [2], undefined], ['flag', [1], undefined], ['list', [1, 2], undefined], ['typed', [3], undefined],
      ['tensor', [4], [1]], ['record.inner', [5], undefined], ['tensors.0', [1], [1]],
    ]);
  });

  it('refuses the bits of half-precision numbers', async () => {
    await expect(computed(() => ({ y: { dtype: 'float16', shape: [1], data: new Uint16Array(1) } }), vector)).rejects.toThrow('f: output.y: must be converted to float32 first, got float16');
  });
});

// golden/harness holds one file: `sum` is computed, `left_out` is not, `extra` is not in the file
runGolden('harness', import.meta.url, {
  sums: ({ inputs: { x }, params }) => {
    const sum = (x.data as Float32Array).reduce((a, b) => a + b, params['start'] as number);
    return { sum, rows: { first: [1, 2] }, extra: sum };
  },
});
