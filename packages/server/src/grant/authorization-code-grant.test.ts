import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuthorizationCode } from '../authorization/code-store.js';
import type { Client } from '../client/client.js';
import { buildConfiguration } from '../configuration/build-configuration.js';
import { aCode, MINUTE, NOW } from '../store/store-samples.js';
import { type AuthorizationCodeGrantRequest, decideCodeGrant } from './authorization-code-grant.js';

const VERIFIER = 'v'.repeat(43);
const challengeOf = (verifier: string) => hash('sha256', verifier, 'base64url');

const { clients } = buildConfiguration(
  ['spa-a', 'spa-b'].map((id) => ({
    kind: 'client' as const,
    id,
    document: { client_id: id, app_type: 'spa' },
  })),
  (_purpose, sealed) => sealed,
);
const client = clients.get('spa-a') as Client;

const decide = (
  request: Partial<AuthorizationCodeGrantRequest> = {},
  code: Partial<AuthorizationCode> = {},
  now = NOW,
) => {
  const decision = decideCodeGrant(
    { client, code: 'code', redirectUri: 'https://a.test/cb', codeVerifier: VERIFIER, jkt: null, ...request },
    aCode('hash', { codeChallenge: challengeOf(VERIFIER), ...code }),
    now,
  );
  return decision.next === 'redeem' ? 'redeem' : decision.refusal.reason;
};

describe('RFC 9449 §10', () => {
  test('a code that is bound to a key needs a proof of that key', () => {
    expect(decide({ jkt: 'key' }, { dpopJkt: 'key' })).toBe('redeem');
    expect(decide({ jkt: 'other' }, { dpopJkt: 'key' })).toBe('key-differs');
    expect(decide({ jkt: null }, { dpopJkt: 'key' })).toBe('key-differs');
  });

  test('a code that is bound to none may come with any', () => expect(decide({ jkt: 'key' })).toBe('redeem'));
});

describe('RFC 6749 §4.1.3', () => {
  test('the client’s own code, its redirect_uri and verifier', () => expect(decide()).toBe('redeem'));

  test('C07 a code of before its client was disabled, however soon it was enabled again', () => {
    const endedAt = (notBefore: number) => decide({ client: { ...client, notBefore } });
    expect([endedAt(NOW), endedAt(NOW + 1)]).toEqual(['redeem', 'client-ended']);
  });

  test('a code that never was', () => {
    const request = { client, code: 'x', redirectUri: null, codeVerifier: null, jkt: null };
    expect(decideCodeGrant(request, null, NOW)).toMatchObject({
      next: 'refuse',
      refusal: { error: 'invalid_grant', reason: 'code-unknown' },
    });
  });

  test('"issued to the authenticated client": another client’s code reads like one that never was', () => {
    const other = decideCodeGrant(
      {
        client: clients.get('spa-b') as Client,
        code: 'x',
        redirectUri: 'https://a.test/cb',
        codeVerifier: VERIFIER,
        jkt: null,
      },
      aCode('hash', { codeChallenge: challengeOf(VERIFIER) }),
      NOW,
    );
    const never = decideCodeGrant(
      { client, code: 'x', redirectUri: null, codeVerifier: null, jkt: null },
      null,
      NOW,
    );
    if (other.next !== 'refuse' || never.next !== 'refuse') throw new Error('redeemed');
    expect(other.refusal.reason).toBe('code-of-another-client');
    expect([other.refusal.error, other.refusal.description]).toEqual([
      never.refusal.error,
      never.refusal.description,
    ]);
  });

  test.each([null, '', 'https://a.test/cb/', 'https://a.test/cb?', 'https://A.test/cb'])(
    '"the redirect_uri values MUST be identical": %s',
    (redirectUri) => expect(decide({ redirectUri })).toBe('redirect-uri-differs'),
  );

  test('security.md 13: over at its time, not before', () => {
    expect(decide({}, {}, NOW + MINUTE - 1)).toBe('redeem');
    expect(decide({}, {}, NOW + MINUTE)).toBe('code-expired');
  });

  test('a second use goes to the store, which ends what the first gave, however late', () => {
    expect(decide({}, { redeemedAt: NOW }, NOW + 60 * MINUTE)).toBe('redeem');
  });
});

describe('RFC 7636 §4.6', () => {
  test.each([
    ['verifier-missing', null],
    ['verifier-wrong', 'w'.repeat(43)],
    ['verifier-wrong', VERIFIER.toUpperCase()],
    ['verifier-wrong', challengeOf(VERIFIER)],
  ])('%s', (reason, codeVerifier) => expect(decide({ codeVerifier })).toBe(reason));

  test('RFC 9700 §2.1.1: a verifier without challenge is a downgrade', () => {
    expect(decide({}, { codeChallenge: null })).toBe('verifier-without-challenge');
    expect(decide({ codeVerifier: null }, { codeChallenge: null })).toBe('redeem');
  });

  test('no verifier but one of 43 to 128 characters of the alphabet redeems, and it only with its own hash', () => {
    const unreserved = 'ABCXYZabcxyz0123456789-._~';
    const well = fc.string({ unit: fc.constantFrom(...unreserved), minLength: 40, maxLength: 131 });
    fc.assert(
      fc.property(fc.oneof(well, fc.string({ unit: 'binary', maxLength: 140 })), (codeVerifier) => {
        const isWell = /^[A-Za-z0-9\-._~]{43,128}$/.test(codeVerifier);
        const matching = decide({ codeVerifier }, { codeChallenge: challengeOf(codeVerifier) });
        expect(matching).toBe(isWell ? 'redeem' : 'verifier-wrong');
        if (codeVerifier !== VERIFIER) expect(decide({ codeVerifier })).toBe('verifier-wrong');
      }),
    );
  });
});

test('any refusal is invalid_grant with a fixed sentence that holds nothing of the request', () => {
  const text = fc.string({ minLength: 8, unit: fc.constantFrom('q', '9', '#') });
  fc.assert(
    fc.property(text, fc.option(text), fc.option(text), (code, redirectUri, codeVerifier) => {
      const decision = decideCodeGrant(
        { client, code, redirectUri, codeVerifier, jkt: null },
        aCode('hash'),
        NOW,
      );
      if (decision.next !== 'refuse') throw new Error('redeemed');
      expect(decision.refusal.error).toBe('invalid_grant');
      for (const part of [code, redirectUri, codeVerifier])
        if (part !== null) expect(decision.refusal.description).not.toContain(part);
    }),
  );
});
