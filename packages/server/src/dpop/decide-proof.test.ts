import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AskedProof, decideProof } from './decide-proof.js';

const NOW = 1_700_000_000_000;
const URL_OF_TOKEN = 'https://login.test/oauth/token';
const TOKEN = 'header.claims.signature';

const asked = (overrides: Partial<AskedProof> = {}): AskedProof => ({
  method: 'POST',
  url: URL_OF_TOKEN,
  accessToken: null,
  nonce: 'optional',
  ...overrides,
});

const claims = (overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
  jti: 'jti-1',
  htm: 'POST',
  htu: URL_OF_TOKEN,
  iat: NOW / 1000,
  ...overrides,
});

const verdict = (
  more: Record<string, unknown>,
  what: Partial<AskedProof> = {},
  nonceIssuedAt: number | null = null,
) => decideProof(claims(more), nonceIssuedAt, asked(what), NOW).verdict;

describe('RFC 9449 §4.3 check 9: the htu claim, ignoring query and fragment, after normalisation', () => {
  test.each([
    'https://login.test/oauth/token',
    'HTTPS://LOGIN.test/oauth/token',
    'https://login.test:443/oauth/token',
    'https://login.test/oauth/token?a=b',
    'https://login.test/oauth/token#a',
    'https://login.test/oauth/../oauth/./token',
  ])('%s is the token endpoint', (htu) => {
    expect(verdict({ htu })).toBe('acceptable');
  });

  test.each([
    'https://login.test/oauth/token/',
    'https://login.test/OAuth/token',
    'https://login.test/userinfo',
    'https://login.test//oauth/token',
    'https://login.test:8443/oauth/token',
    'http://login.test/oauth/token',
    'http://login.test:443/oauth/token',
    'https://login.test.evil.test/oauth/token',
    'https://evil.test/oauth/token',
    'https://evil.test/?https://login.test/oauth/token',
    'https://login.test@evil.test/oauth/token',
    'https://user:pass@login.test/oauth/token',
    'https://login.test\\oauth\\token',
    'https:login.test/oauth/token',
    'https:///login.test/oauth/token',
    '//login.test/oauth/token',
    '/oauth/token',
    ' https://login.test/oauth/token',
    'https://login.test/oauth/token\n',
    'https://login.test/oau\tth/token',
    'https://ſogin.test/oauth/token',
    `https://login.test/oauth/token?${'x'.repeat(3_000)}`,
    'wss://login.test/oauth/token',
    '',
    undefined,
    null,
    1,
    [URL_OF_TOKEN],
    { href: URL_OF_TOKEN },
  ])('%j is not', (htu) => {
    expect(verdict({ htu })).toBe('invalid');
  });

  test('§4.2: it is compared with the address asked for, whatever that one is', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.webUrl(), (one, other) => {
        fc.pre(
          new URL(one).origin + new URL(one).pathname !== new URL(other).origin + new URL(other).pathname,
        );
        expect(verdict({ htu: one }, { url: one })).toBe('acceptable');
        expect(verdict({ htu: one }, { url: other })).toBe('invalid');
      }),
    );
  });
});

test.each(['GET', 'post', 'POST ', '', undefined, ['POST']])(
  'RFC 9449 §4.3 check 8: htm %j is not the method POST',
  (htm) => {
    expect(verdict({ htm })).toBe('invalid');
  },
);

test.each(['', 'j'.repeat(257), undefined, null, 1, {}, ['jti-1']])(
  'RFC 9449 §4.3 check 12: jti %j is refused',
  (jti) => {
    expect(verdict({ jti })).toBe('invalid');
  },
);

describe('RFC 9449 §4.3 check 12: ath', () => {
  const ath = hash('sha256', TOKEN, 'base64url');
  test('is the hash of the token that came, and needed where one came', () => {
    expect(verdict({ ath }, { accessToken: TOKEN })).toBe('acceptable');
    for (const other of [
      undefined,
      '',
      hash('sha256', 'other', 'base64url'),
      `${ath}=`,
      ath.toLowerCase(),
      1,
    ])
      expect(verdict({ ath: other }, { accessToken: TOKEN })).toBe('invalid');
  });

  test('is not looked at where none came', () => {
    expect(verdict({ ath: 'anything' })).toBe('acceptable');
  });
});

describe('RFC 9449 §4.3 check 11: iat', () => {
  test.each([
    [0, 'acceptable'],
    [-10, 'acceptable'],
    [10, 'acceptable'],
    [-60, 'acceptable'],
    [60, 'acceptable'],
    // H04: refused, with the one thing that helps a clock that is wrong.
    [-120, 'nonce-required'],
    [120, 'nonce-required'],
    [-600, 'nonce-required'],
    [600, 'nonce-required'],
    [-601, 'invalid'],
    [601, 'invalid'],
    [-86_400, 'invalid'],
  ])('%i s beside our clock, without a nonce: %s', (seconds, expected) => {
    expect(verdict({ iat: NOW / 1000 + seconds })).toBe(expected);
  });

  test.each([-601, 601])('with a genuine nonce %i s is still too far', (seconds) => {
    expect(verdict({ iat: NOW / 1000 + seconds, nonce: 'n' }, {}, NOW)).toBe('invalid');
    expect(verdict({ iat: NOW / 1000 + Math.sign(seconds) * 600, nonce: 'n' }, {}, NOW)).toBe('acceptable');
  });

  test.each([
    undefined,
    null,
    String(NOW / 1000),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    {},
    [NOW / 1000],
    true,
  ])('%j is no moment', (iat) => {
    expect(verdict({ iat }, { nonce: 'required' })).toBe('invalid');
  });
});

describe('RFC 9449 §8: the nonce', () => {
  test('where it is required, a proof without one of ours is challenged', () => {
    expect(verdict({}, { nonce: 'required' })).toBe('nonce-required');
    expect(verdict({ nonce: 'stale' }, { nonce: 'required' })).toBe('nonce-required');
    expect(verdict({ nonce: 'ours' }, { nonce: 'required' }, NOW)).toBe('acceptable');
  });

  test('where it is optional, another server’s counts as none', () => {
    expect(verdict({ nonce: 'another server’s' })).toBe('acceptable');
  });

  test.each([1, null, {}, ['n']])('%j is no nonce', (nonce) => {
    expect(verdict({ nonce }, { nonce: 'required' })).toBe('invalid');
  });
});

describe('properties', () => {
  const wrong = fc.constantFrom<Record<string, unknown>>(
    { jti: '' },
    { htm: 'GET' },
    { htu: 'https://evil.test/oauth/token' },
    { iat: NOW / 1000 - 700 },
    { iat: '1' },
    { nonce: 1 },
    { ath: 'wrong' },
  );
  const nonceIssuedAt = fc.option(fc.integer({ min: NOW - 300_000, max: NOW }));
  const mode = fc.constantFrom('required' as const, 'optional' as const);
  const second = fc.integer({ min: -900, max: 900 });

  test('a challenge is only for a proof that is otherwise good: with one thing wrong none is challenged or accepted', () => {
    fc.assert(
      fc.property(wrong, second, nonceIssuedAt, mode, (one, seconds, issued, nonce) => {
        const drawn = claims({ iat: NOW / 1000 + seconds, ...one });
        const what = asked({ nonce, accessToken: TOKEN });
        expect(decideProof(drawn, issued, what, NOW)).toEqual({ verdict: 'invalid' });
      }),
    );
  });

  test('with a genuine nonce nobody is challenged: the second try is the last', () => {
    fc.assert(
      fc.property(second, mode, (seconds, nonce) => {
        expect(verdict({ iat: NOW / 1000 + seconds }, { nonce }, NOW)).not.toBe('nonce-required');
      }),
    );
  });

  test('required: nothing is ever accepted without a nonce of ours', () => {
    fc.assert(
      fc.property(second, fc.option(fc.string()), (seconds, nonce) => {
        const more = { iat: NOW / 1000 + seconds, ...(nonce !== null && { nonce }) };
        expect(verdict(more, { nonce: 'required' })).not.toBe('acceptable');
      }),
    );
  });

  test('security.md 90: its jti is remembered at every moment that would accept it again', () => {
    fc.assert(
      fc.property(second, second, nonceIssuedAt, nonceIssuedAt, mode, (iat, later, one, other, nonce) => {
        const proof = claims({ iat: NOW / 1000 + iat });
        const first = decideProof(proof, one, asked({ nonce }), NOW);
        const at = NOW + later * 1_000;
        const again = decideProof(proof, other, asked({ nonce }), at);
        if (first.verdict === 'acceptable' && again.verdict === 'acceptable')
          expect(at).toBeLessThanOrEqual(first.acceptableUntil);
      }),
      { numRuns: 1_000 },
    );
  });

  test('any claims at all are judged, and never throw', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('jti', 'htm', 'htu', 'iat', 'nonce', 'ath'), fc.anything()),
        (any) => {
          expect(decideProof({ ...any, htm: 'GET' }, null, asked(), NOW).verdict).toBe('invalid');
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
