import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, escapeScriptJson } from './escape.js';

const text = fc.string({ unit: 'binary' });
const markup = fc.constantFrom(
  '</script>',
  '<!--',
  '-->',
  ']]>',
  '\u2028',
  '\u2029',
  '&lt;',
  '"',
  "'",
  '<svg/onload=1>',
);
const hostile = fc.array(fc.oneof(text, markup)).map((pieces) => pieces.join(''));

test('security.md 60, B08: escapeScriptJson has no <, >, & or line separator, and parses back', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.integer(), fc.constant(null))), (value) => {
      const escaped = escapeScriptJson(value);
      expect(escaped).not.toMatch(/[<>&\u2028\u2029]/);
      expect(JSON.parse(escaped)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('what is escaped is one JavaScript expression of the same value', () => {
  fc.assert(
    fc.property(hostile, (value) => {
      expect(new Function(`return ${escapeScriptJson(value)}`)()).toBe(value);
    }),
  );
});

test('escapeHtml leaves no character that ends a text or an attribute, and loses nothing', () => {
  const entities: Record<string, string> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&amp;': '&',
  };
  fc.assert(
    fc.property(hostile, (value) => {
      const escaped = escapeHtml(value);
      expect(escaped).not.toMatch(/[<>"']/);
      expect(escaped.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] as string)).toBe(
        value,
      );
    }),
  );
});
