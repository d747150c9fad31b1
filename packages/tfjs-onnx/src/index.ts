import { registerBackend } from './backend/register.ts';

registerBackend();

export { OnnxRuntimeBackend } from './backend/backend.ts';
export { BACKEND_NAME } from './backend/register.ts';
export type { CompileOptions } from './compile/options.ts';
export { type ArgumentSpec, trace, type TraceOptions } from './compile/trace.ts';
export { type Graph, type GraphInput, type GraphOutput, structuralHash } from './graph/graph.ts';
export { supportedOpsets } from './export/opset.ts';
export { isRuntimeAvailable } from './load-runtime.ts';
export type { OnnxAttribute, OnnxData, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo } from './onnx/model.ts';
export { readOnnx } from './onnx/read.ts';
export { writeOnnx } from './onnx/write.ts';
export { createSession, type OnnxSession, type SessionData, type SessionFeed, type SessionOptions, type SessionTensor, type SessionValue, setThreads } from './session.ts';
export { toOnnx, toOnnxModel, type ToOnnxOptions } from './to-onnx.ts';
