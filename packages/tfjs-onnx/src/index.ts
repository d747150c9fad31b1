import { registerBackend } from './backend/register.ts';

registerBackend();

export { OnnxRuntimeBackend } from './backend/backend.ts';
export { BACKEND_NAME } from './backend/register.ts';
export type { CompileOptions } from './compile/options.ts';
export { createGraph, type Graph, type GraphInput, type GraphOutput, structuralHash } from './graph/graph.ts';
