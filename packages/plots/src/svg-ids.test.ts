import { describe, expect, it } from 'vitest';
import { renameSvgIds } from './svg-ids.ts';

describe('renameSvgIds', () => {
  it('renames declarations and what refers to them, in order, and nothing else', () => {
    const svg = '<svg><a href="#x"/><clipPath id="clip7"/><g clip-path="url(#clip7)" fill="url(\'#x\')" data-id="clip7"/><linearGradient id=\'x\'/><text>id="clip7" url(#x)</text></svg>';
    expect(renameSvgIds(svg, 'n')).toBe(
      '<svg><a href="#n0"/><clipPath id="n1"/><g clip-path="url(#n1)" fill="url(\'#n0\')" data-id="clip7"/><linearGradient id=\'n0\'/><text>id="clip7" url(#x)</text></svg>',
    );
  });
});
