import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundKeyOf, decidePresentation } from './token-binding.js';

test.each([
  ['Bearer', null, 'plain'],
  ['Bearer', 'key', 'refuse'],
  ['DPoP', 'key', 'proof'],
  ['DPoP', null, 'refuse'],
] as const)('RFC 9449 §7.2, H10: under %s a token of the key %j: %s', (scheme, boundKey, expected) => {
  expect(decidePresentation(scheme, boundKey)).toBe(expected);
});

test('RFC 9449 §6.1: the key is cnf.jkt, and nothing else is', () => {
  expect(boundKeyOf({ cnf: { jkt: 'thumbprint' } })).toBe('thumbprint');
  expect(boundKeyOf({ jkt: 'thumbprint' })).toBeNull();
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string())), (cnf) => {
      expect(boundKeyOf({ cnf })).toBeNull();
      if (typeof cnf !== 'string') expect(boundKeyOf({ cnf: { jkt: cnf } })).toBeNull();
    }),
  );
});
