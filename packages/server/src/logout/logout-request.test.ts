import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client/client.js';
import type { Configuration } from '../configuration/configuration.js';
import { Parameters } from '../http/parameters.js';
import {
  buildReturn,
  parseAuth0Logout,
  parseConfirmedLogout,
  parseRpInitiatedLogout,
} from './logout-request.js';

const client = (clientId: string, ...allowedLogoutUrls: string[]) =>
  ({ clientId, allowedLogoutUrls }) as unknown as Client;

const A = 'https://a.test/bye';
const TENANT = 'https://harbour.test/bye';
const configuration = {
  tenant: { allowedLogoutUrls: [TENANT] },
  clients: new Map([
    // A row that an older check let through.
    ['spa-a', client('spa-a', A, 'javascript:alert(1)')],
    ['spa-b', client('spa-b', 'https://b.test/bye')],
    ['spa-q', client('spa-q', 'https://q.test/bye?a=1')],
  ]),
} as unknown as Configuration;

const genuine = { sub: 'auth0|mira', sid: 'sid', clientId: 'spa-a', issuedAt: 0 };
const verifyHint = (hint: string) => (hint === 'genuine' ? genuine : null);
const auth0 = (...pairs: [string, string][]) =>
  parseAuth0Logout(new Parameters(pairs), configuration, verifyHint);
const oidc = (...pairs: [string, string][]) =>
  parseRpInitiatedLogout(new Parameters(pairs), configuration, verifyHint);
const unregistered = { outcome: 'refused', reason: 'return-unregistered' };

describe('parseAuth0Logout (auth0-wire.md 7)', () => {
  test('with client_id the client’s list counts, without it the tenant’s', () => {
    expect(auth0(['client_id', 'spa-a'], ['returnTo', A])).toMatchObject({ request: { returnTo: A } });
    expect(auth0(['returnTo', TENANT])).toMatchObject({ request: { client: null, returnTo: TENANT } });
    expect(auth0(['client_id', 'spa-a'], ['returnTo', TENANT])).toEqual(unregistered);
    expect(auth0(['returnTo', A])).toEqual(unregistered);
  });

  test('federated is accepted, bare or not; a repeated or unknown name is not', () => {
    expect(auth0(['federated', '']).outcome).toBe('valid');
    expect(auth0(['client_id', 'nobody'])).toEqual({ outcome: 'refused', reason: 'client-unknown' });
    expect(auth0(['returnTo', TENANT], ['returnTo', TENANT])).toEqual({
      outcome: 'refused',
      reason: 'malformed',
    });
  });

  test('security.md 10: a scheme that runs is refused although it is registered', () => {
    expect(auth0(['client_id', 'spa-a'], ['returnTo', 'javascript:alert(1)'])).toEqual(unregistered);
  });

  test('a hint counts here too, and one of another client than client_id is bad', () => {
    expect(auth0(['id_token_hint', 'genuine'])).toMatchObject({ request: { client: null, hint: genuine } });
    expect(auth0(['id_token_hint', 'genuine'], ['client_id', 'spa-b'])).toMatchObject({
      request: { hint: 'bad' },
    });
    expect(auth0(['id_token_hint', 'forged'])).toMatchObject({ request: { hint: 'bad' } });
    expect(auth0()).toMatchObject({ request: { hint: 'absent', dialect: 'auth0' } });
  });

  test('an address counts without its query and fragment, as at Auth0, on either side', () => {
    for (const more of ['?a=b', '#part', '?a=b#part', '?next=https://evil.test/'])
      expect(auth0(['client_id', 'spa-a'], ['returnTo', A + more])).toMatchObject({
        request: { returnTo: A + more },
      });
    expect(auth0(['client_id', 'spa-q'], ['returnTo', 'https://q.test/bye?b=2'])).toMatchObject({
      request: { returnTo: 'https://q.test/bye?b=2' },
    });
  });

  test('security.md 64: only a registered origin and path are ever returned to', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((tail) => A + tail),
          fc.string().map((tail) => `${A}?${tail}`),
          fc.string().map((tail) => `${A}#${tail}`),
        ),
        (returnTo) => {
          const parsed = auth0(['client_id', 'spa-a'], ['returnTo', returnTo]);
          const location = parsed.outcome === 'valid' ? buildReturn(parsed.request) : null;
          if (location === null) return;
          const { origin, pathname } = new URL(location);
          expect(origin + pathname).toBe(A);
        },
      ),
    );
  });
});

describe('parseRpInitiatedLogout (RP-Initiated Logout 1.0 §2)', () => {
  test('the client is the hint’s, or the named one', () => {
    const redirect: [string, string] = ['post_logout_redirect_uri', A];
    expect(oidc(['id_token_hint', 'genuine'], redirect)).toMatchObject({
      request: { client: { clientId: 'spa-a' }, hint: genuine, returnTo: A },
    });
    expect(oidc(['client_id', 'spa-a'], redirect)).toMatchObject({
      request: { hint: 'absent', returnTo: A },
    });
    expect(oidc(redirect)).toMatchObject({ request: { client: null, returnTo: null } });
    // Without a client there is the tenant's list, exactly.
    expect(oidc(['post_logout_redirect_uri', TENANT])).toMatchObject({ request: { returnTo: TENANT } });
    for (const other of [`${TENANT}?a=b`, `${TENANT}/`])
      expect(oidc(['post_logout_redirect_uri', other])).toMatchObject({ request: { returnTo: null } });
    expect(oidc(['post_logout_redirect_uri', TENANT], ['id_token_hint', 'forged'])).toMatchObject({
      request: { returnTo: null },
    });
  });

  test('“the OP MUST verify that the Client Identifier matches”: else the hint is bad and leads nowhere', () => {
    const parsed = oidc(
      ['id_token_hint', 'genuine'],
      ['client_id', 'spa-b'],
      ['post_logout_redirect_uri', 'https://b.test/bye'],
    );
    expect(parsed).toMatchObject({ outcome: 'valid', request: { hint: 'bad', returnTo: null } });
  });

  test('a hint that was not issued here leads nowhere, with or without a client', () => {
    for (const more of [[], [['client_id', 'spa-a']]] as [string, string][][])
      expect(oidc(['id_token_hint', 'forged'], ['post_logout_redirect_uri', A], ...more)).toMatchObject({
        request: { hint: 'bad', returnTo: null },
      });
  });

  test('an address of another client is refused, also under a good hint', () => {
    expect(oidc(['id_token_hint', 'genuine'], ['post_logout_redirect_uri', 'https://b.test/bye'])).toEqual(
      unregistered,
    );
  });

  test('a state longer than any SDK writes is malformed', () => {
    expect(oidc(['state', 'x'.repeat(4_096)]).outcome).toBe('valid');
    expect(oidc(['state', 'x'.repeat(4_097)])).toEqual({ outcome: 'refused', reason: 'malformed' });
  });
});

describe('parseConfirmedLogout', () => {
  test('judges the form’s fields anew: they have been in the browser’s hands', () => {
    const confirmed = (...pairs: [string, string][]) =>
      parseConfirmedLogout(new Parameters(pairs), configuration);
    expect(confirmed(['client_id', 'spa-a'], ['return_to', A], ['return_state', 's'])).toMatchObject({
      request: { returnTo: A, state: 's' },
    });
    expect(confirmed(['client_id', 'spa-a'], ['return_to', 'https://evil.test/'])).toEqual(unregistered);
    expect(confirmed(['client_id', 'spa-b'], ['return_to', A])).toEqual(unregistered);
    expect(confirmed(['return_to', A])).toEqual(unregistered);
  });
});

describe('buildReturn', () => {
  test('adds state to a query of its own or another’s, before the fragment', () => {
    expect(buildReturn({ returnTo: A, state: null })).toBe(A);
    expect(buildReturn({ returnTo: null, state: 's' })).toBeNull();
    expect(buildReturn({ returnTo: A, state: 's' })).toBe(`${A}?state=s`);
    expect(buildReturn({ returnTo: `${A}?a=b`, state: 's' })).toBe(`${A}?a=b&state=s`);
    expect(buildReturn({ returnTo: `${A}#part`, state: 's' })).toBe(`${A}?state=s#part`);
  });

  test('security.md 64: whatever state holds, origin and path stay and state comes back equal', () => {
    const state = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(state, (text) => {
        const url = new URL(buildReturn({ returnTo: A, state: text }) ?? '');
        expect(`${url.origin}${url.pathname}`).toBe(A);
        expect([...url.searchParams]).toEqual([['state', text]]);
      }),
    );
  });
});
