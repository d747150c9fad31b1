export { openSafetensors, readStateDict, type SafetensorsFile, saveStateDict } from './safetensors/file.ts';
export { type FileContents, writeFileAtomic } from './write-file-atomic.ts';
