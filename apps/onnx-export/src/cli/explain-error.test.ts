import { describe, expect, it } from 'vitest';
import { explainError } from './explain-error.ts';

describe('explainError', () => {
  it('says in words what the system says in codes', () => {
    const error = Object.assign(new Error("EROFS: read-only file system, open '/x'"), { code: 'EROFS', path: 'out.onnx' });
    expect(explainError(error)).toBe('out.onnx: the file system is read-only');
    expect(explainError(Object.assign(new Error('ELOOP: too many symbolic links'), { code: 'ELOOP', path: 'a' }))).toBe('a: ELOOP: too many symbolic links');
  });

  it('puts lists on one line, cut at a comma where they are long', () => {
    const names = Array.from({ length: 60 }, (_, i) => `layer${i}.weight`);
    const text = explainError(new RangeError(`m.safetensors: the tensors must be those of mlp\n  missing: ${names.join(', ')}\n  unexpected: a`));
    expect(text).toMatch(/^m\.safetensors: the tensors must be those of mlp; missing: layer0\.weight, .*, layer\d+\.weight, …; unexpected: a$/);
    expect(text.length).toBeLessThan(300);
  });

  it('takes whatever was thrown', () => {
    expect(explainError('stopped')).toBe('stopped');
  });
});
