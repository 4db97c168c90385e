import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client/client.js';
import type { Session } from '../session/session.js';
import { decideLogout, type LogoutFacts, registeredOrigins } from './decide-logout.js';

const session = { sid: 'sid', userId: 'auth0|mira' } as Session;
const hint = { sub: 'auth0|mira', sid: 'sid', clientId: 'spa-a' } as const;

const decide = (overrides: Partial<LogoutFacts> = {}) =>
  decideLogout({
    session,
    hint: 'absent',
    topLevelNavigation: true,
    cameFromRegistered: false,
    ...overrides,
  });

const anyFacts: fc.Arbitrary<LogoutFacts> = fc.record({
  session: fc.constantFrom(session, null),
  hint: fc.constantFrom<LogoutFacts['hint']>(
    'absent',
    'bad',
    hint,
    { ...hint, sid: 'other' },
    { ...hint, sub: 'auth0|otto' },
    { ...hint, sid: null },
  ),
  topLevelNavigation: fc.boolean(),
  cameFromRegistered: fc.boolean(),
});

describe('decideLogout (design.md 7)', () => {
  test('RP-Initiated Logout §2: a hint of this session, or of its End-User without a sid, ends it', () => {
    expect(decide({ hint })).toEqual({ next: 'end', sid: 'sid' });
    expect(decide({ hint: { ...hint, sid: null } })).toEqual({ next: 'end', sid: 'sid' });
  });

  test('security.md 65: a hint for another session or user asks, wherever the request came from', () => {
    for (const cameFromRegistered of [true, false]) {
      expect(decide({ hint: { ...hint, sid: 'other' }, cameFromRegistered })).toEqual({ next: 'ask' });
      expect(decide({ hint: { ...hint, sub: 'auth0|otto' }, cameFromRegistered })).toEqual({ next: 'ask' });
      expect(decide({ hint: 'bad', cameFromRegistered })).toEqual({ next: 'ask' });
    }
  });

  test('without a hint, only a page of the server or of a registered origin acts at once', () => {
    expect(decide()).toEqual({ next: 'ask' });
    expect(decide({ cameFromRegistered: true })).toEqual({ next: 'end', sid: 'sid' });
  });

  test('security.md 66: what is no visit changes nothing, whatever it carries', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(decideLogout({ ...facts, topLevelNavigation: false })).toEqual({ next: 'ignore' });
      }),
    );
  });

  test('without a session there is nothing to end and nobody to ask', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { next } = decideLogout({ ...facts, session: null });
        expect(['nothing-to-end', 'ignore']).toContain(next);
      }),
    );
  });

  test('it never ends another session than the browser’s own', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = decideLogout(facts);
        if (decision.next === 'end') expect(decision.sid).toBe(facts.session?.sid);
      }),
    );
  });
});

describe('registeredOrigins', () => {
  test('every origin that anything is registered under, custom schemes left out', () => {
    const client = {
      webOrigins: ['https://a.test'],
      callbacks: ['https://b.test/cb', 'test.app://cb'],
      allowedLogoutUrls: ['https://c.test/bye', 'not a url'],
    } as unknown as Client;
    expect(registeredOrigins(client)).toEqual(['https://a.test', 'https://b.test', 'https://c.test']);
  });
});
