import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { plansFor, warpedPlansFor } from '../fixtures.ts';
import { mixupPlan, planFromJson, planToJson } from '../index.ts';

describe('planToJson and planFromJson', () => {
  it('give every plan back bit for bit, through text', () => {
    fc.assert(fc.property(fc.oneof(plansFor(4, 3), warpedPlansFor(4, 3)), fc.option(fc.string(), { nil: undefined }), (plan, stage) => {
      const whole = stage === undefined ? plan : { ...plan, stage };
      expect(planFromJson(JSON.parse(JSON.stringify(planToJson(whole))))).toEqual(whole);
    }), { seed: 1 });
  });

  it('write little-endian base64 that stays the same from version to version', () => {
    expect(planToJson(mixupPlan({ partner: [1, 0], lambda: 0.25 }))).toEqual({
      version: 1, kind: 'scalar', batch: 2, rows: 2, k: 2,
      sources: 'AAAAAAEAAAABAAAAAAAAAA==', labelWeights: 'AACAPgAAQD8AAIA+AABAPw==', weights: 'AACAPgAAQD8=',
    });
  });

  it.each<[string, object, string]>([
    ['another version', { version: 2 }, 'planFromJson: version must be 1, got 2'],
    ['an unknown kind', { kind: 'constructor' }, 'planFromJson: kind must be one of scalar, box, mask, got "constructor"'],
    ['a missing field', { weights: undefined }, 'planFromJson: weights is missing'],
    ['an unknown field', { boxes: 'AAAA' }, "planFromJson: a plan of kind 'scalar' has no field boxes"],
    ['a number as text', { rows: '2' }, 'planFromJson: rows must be a number, got "2"'],
    ['what is not base64', { sources: 'AAA*' }, 'planFromJson: sources must be base64 of 4-byte elements, got "AAA*"'],
    ['half an element', { sources: 'AAAA' }, 'planFromJson: sources must be base64 of 4-byte elements, got "AAAA"'],
    ['sources out of range', { sources: 'AAAAAAUAAAABAAAAAAAAAA==' }, 'planFromJson: plan.sources[1] must be in [0, 2), got 5'],
    ['too few elements', { labelWeights: 'AACAPw==' }, 'planFromJson: plan.labelWeights must have 4 elements, got 1'],
  ])('refuse %s', (_, change, message) => {
    const json = JSON.parse(JSON.stringify({ ...planToJson(mixupPlan({ partner: [1, 0], lambda: 0.25 })), ...change })) as unknown;
    expect(() => planFromJson(json)).toThrow(message);
  });

  it('refuse what is no object', () => {
    expect(() => planFromJson(null)).toThrow(new TypeError('planFromJson: expected an object, got null'));
    expect(() => planFromJson('{}')).toThrow('planFromJson: expected an object, got "{}"');
  });
});

describe('base64', () => {
  it('agrees with Buffer on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }), { seed: 1 });
  });

  it.each(['A', 'A===', 'AA=A', 'AAA', 'AA A', '===='])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });
});
