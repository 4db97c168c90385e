import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newSecret, parseSecrets } from '../credential/secrets.js';
import { buildDpopNonce, readDpopNonce } from './dpop-nonce.js';

const NOW = 1_700_000_000_000;
const secrets = parseSecrets(newSecret());

describe('RFC 9449 §8: a nonce of ours', () => {
  test('says when it was issued, for five minutes, on every node of the deployment', () => {
    const nonce = buildDpopNonce(secrets, NOW);
    for (const later of [-60_000, -1, 0, 299_999, 300_000])
      expect(readDpopNonce(secrets, nonce, NOW + later)).toBe(NOW);
    for (const later of [-60_001, 300_001, 86_400_000])
      expect(readDpopNonce(secrets, nonce, NOW + later)).toBeNull();
  });

  test('§8.1: holds only what a nonce may hold', () => {
    expect(buildDpopNonce(secrets, NOW)).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  test('is good under a former secret as long as that is listed', () => {
    const former = newSecret();
    const nonce = buildDpopNonce(parseSecrets(former), NOW);
    expect(readDpopNonce(parseSecrets(`${newSecret()},${former}`), nonce, NOW)).toBe(NOW);
    expect(readDpopNonce(secrets, nonce, NOW)).toBeNull();
    const stranger = parseSecrets(newSecret().replace(/^[^:]+/, secrets.current.kid));
    expect(readDpopNonce(secrets, buildDpopNonce(stranger, NOW), NOW)).toBeNull();
  });

  test('that differs in one character is not ours', () => {
    const at = fc.nat({ max: buildDpopNonce(secrets, NOW).length - 1 });
    fc.assert(
      fc.property(at, fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }), (index, other) => {
        const nonce = buildDpopNonce(secrets, NOW);
        const mutated = nonce.slice(0, index) + other + nonce.slice(index + 1);
        fc.pre(mutated !== nonce);
        expect(readDpopNonce(secrets, mutated, NOW)).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  test('anything else is none, and never throws', () => {
    const { kid } = secrets.current;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const nonce of [
          text,
          `v1.${kid}.${text}`,
          `v1.${kid}.${NOW}.${text}`,
          `${buildDpopNonce(secrets, NOW)}x`,
        ])
          expect(readDpopNonce(secrets, nonce, NOW)).toBeNull();
      }),
    );
  });
});
