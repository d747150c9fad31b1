import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { marks, types } from './spec.ts';

const require = createRequire(import.meta.url);
const schemaOf = (path: string): { readonly definitions: Readonly<Record<string, unknown>> } => JSON.parse(readFileSync(require.resolve(path), 'utf8')) as never;

describe('checkSpec', () => {
  it("knows the marks and types of Vega-Lite's schema", () => {
    const { definitions } = schemaOf('vega-lite/vega-lite-schema.json') as { definitions: Record<string, { readonly enum?: readonly string[]; readonly const?: string }> };
    const composite = ['BoxPlot', 'ErrorBar', 'ErrorBand'].map((name) => definitions[name]!.const!);
    expect(marks.toSorted()).toEqual([...definitions['Mark']!.enum!, ...composite].toSorted());
    expect(types.toSorted()).toEqual(definitions['Type']!.enum!.toSorted());
  });
});
