import { registerBackend } from './backend/register.ts';

registerBackend();

export { OnnxRuntimeBackend } from './backend/backend.ts';
export { kernelReport, type KernelUse, resetKernelReport } from './backend/kernel-report.ts';
export { BACKEND_NAME } from './backend/register.ts';
export type { CompileOptions } from './compile/options.ts';
export { type ArgumentSpec, type ArgumentTree, type SpecsOf, trace, type TraceOptions } from './compile/trace.ts';
export { configure } from './configure.ts';
export { type Graph, type GraphInput, type GraphOutput, structuralHash } from './graph/graph.ts';
export { type ExternalData, initializerBytes, type SplitModel, writeOnnxWithData } from './export/external-data.ts';
export { supportedOpsets } from './export/opset.ts';
export { loadOnnx, type LoadOnnxOptions } from './load-onnx.ts';
export { isRuntimeAvailable, type SupportedProvider } from './load-runtime.ts';
export type { OnnxAttribute, OnnxData, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxType, OnnxUnknown, OnnxValueInfo } from './onnx/model.ts';
export { onnxProgram, type OnnxProgram, type OnnxWeight } from './onnx-program.ts';
export { readOnnx } from './onnx/read.ts';
export { writeOnnx } from './onnx/write.ts';
export { runtimeInfo, type RuntimeInfo } from './runtime-info.ts';
export type { Transport } from './runtime/runtime.ts';
export type { ExecutionProvider, RuntimeSettings } from './runtime/settings.ts';
export { saveOnnx, type SaveOnnxOptions } from './save-onnx.ts';
export { createSession, type OnnxSession, type SessionData, type SessionFeed, type SessionOptions, type SessionTensor, type SessionValue } from './session.ts';
export { toOnnx, toOnnxModel, type ToOnnxOptions } from './to-onnx.ts';
