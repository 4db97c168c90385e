import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Client } from '../client/client.js';
import type { Session } from '../session/session.js';
import {
  decideLogout,
  HINT_ALONE_MS,
  type HintedSession,
  type LogoutFacts,
  linkBackTo,
  registeredOrigins,
} from './decide-logout.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const session = { sid: 'sid', userId: 'auth0|mira', endedAt: null } as Session;
const hint = { sub: 'auth0|mira', sid: 'sid', clientId: 'spa-a', issuedAt: NOW } as const;
const tenants = { clientId: 'spa-a', registrationTokenHash: null } as Client;
const stranger = { clientId: 'evil', registrationTokenHash: 'hash' } as Client;
const hinted: HintedSession = { session, client: tenants, isParticipant: true };

const decide = (overrides: Partial<LogoutFacts> = {}) =>
  decideLogout(
    {
      session,
      hint: 'absent',
      hinted: null,
      visitor: 'person',
      cameFrom: 'elsewhere',
      dialect: 'oidc',
      ...overrides,
    },
    NOW,
  );

const anyHint = fc.constantFrom<LogoutFacts['hint']>(
  'absent',
  'bad',
  hint,
  { ...hint, sid: 'other' },
  { ...hint, sub: 'auth0|otto' },
  { ...hint, sid: null },
  { ...hint, issuedAt: NOW - HINT_ALONE_MS - 1 },
);
const anyFacts: fc.Arbitrary<LogoutFacts> = fc.record({
  session: fc.constantFrom(session, null),
  hint: anyHint,
  hinted: fc.option(
    fc.record({
      session: fc.constantFrom(session, { ...session, endedAt: NOW }),
      client: fc.constantFrom(tenants, stranger),
      isParticipant: fc.boolean(),
    }),
  ),
  visitor: fc.constantFrom('person', 'server', 'nobody'),
  cameFrom: fc.constantFrom('own-page', 'participant', 'elsewhere'),
  dialect: fc.constantFrom('auth0', 'oidc'),
});

describe('decideLogout: a browser with a session (design.md 7)', () => {
  test('RP-Initiated Logout §2: a hint of this session, or of its End-User without a sid, ends it', () => {
    expect(decide({ hint })).toEqual({ next: 'end', session });
    expect(decide({ hint: { ...hint, sid: null } })).toEqual({ next: 'end', session });
  });

  test('security.md 65: a hint for another session or user asks, wherever the request came from', () => {
    for (const cameFrom of ['own-page', 'participant', 'elsewhere'] as const)
      for (const dialect of ['auth0', 'oidc'] as const) {
        const at = { cameFrom, dialect };
        expect(decide({ hint: { ...hint, sid: 'other' }, ...at }).next).toBe('ask');
        expect(decide({ hint: { ...hint, sub: 'auth0|otto' }, ...at }).next).toBe('ask');
        expect(decide({ hint: 'bad', ...at }).next).toBe('ask');
      }
  });

  test('without a hint only a page of the server acts at once, and for /v2/logout one of a participant', () => {
    expect(decide()).toEqual({ next: 'ask', session });
    expect(decide({ cameFrom: 'own-page' }).next).toBe('end');
    expect(decide({ cameFrom: 'participant', dialect: 'auth0' }).next).toBe('end');
    expect(decide({ cameFrom: 'elsewhere', dialect: 'auth0' }).next).toBe('ask');
  });

  test('/oidc/logout without a good hint asks, also a page of a participant', () => {
    for (const without of ['absent', 'bad'] as const)
      expect(decide({ hint: without, cameFrom: 'participant', dialect: 'oidc' }).next).toBe('ask');
  });

  test('security.md 66: what is no visit changes nothing, whatever it carries', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(decideLogout({ ...facts, visitor: 'nobody' }, NOW)).toEqual({ next: 'ignore' });
      }),
    );
  });

  test('a browser with a session is asked about, and signed out of, no other', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = decideLogout({ ...facts, session, visitor: 'person' }, NOW);
        expect(decision).toMatchObject({ session });
      }),
    );
  });
});

describe('decideLogout: a hint alone (design.md 7)', () => {
  const alone = { session: null, hint, hinted };
  const cases: [string, Partial<LogoutFacts>][] = [
    ['whose client takes no part in the session', { hinted: { ...hinted, isParticipant: false } }],
    ['whose client registered itself', { hinted: { ...hinted, client: stranger } }],
    ['older than 30 days', { hint: { ...hint, issuedAt: NOW - HINT_ALONE_MS - 1 } }],
    ['of another End-User', { hint: { ...hint, sub: 'auth0|otto' } }],
  ];

  test('a server’s ends the session of its sid, a browser’s asks', () => {
    expect(decide({ ...alone, visitor: 'server' })).toEqual({ next: 'end', session });
    expect(decide({ ...alone, visitor: 'person' })).toEqual({ next: 'ask', session });
    const oldest = { ...alone, hint: { ...hint, issuedAt: NOW - HINT_ALONE_MS } };
    expect(decide({ ...oldest, visitor: 'server' }).next).toBe('end');
  });

  test.each(cases)('one %s is refused, and never told that it is signed out', (_, facts) => {
    expect(decide({ ...alone, ...facts, visitor: 'server' })).toEqual({ next: 'refuse' });
    expect(decide({ ...alone, ...facts, visitor: 'person' })).toEqual({ next: 'refuse' });
  });

  test('a session that has ended is over, whoever asks', () => {
    const ended = { ...alone, hinted: { ...hinted, session: { ...session, endedAt: NOW } } };
    for (const visitor of ['server', 'person'] as const)
      expect(decide({ ...ended, visitor })).toEqual({ next: 'nothing-to-end' });
  });

  test('a server that names no session of ours is refused; a browser has nothing to end', () => {
    for (const nothing of ['absent', 'bad', { ...hint, sid: null }] as const) {
      expect(decide({ session: null, hint: nothing, visitor: 'server' })).toEqual({ next: 'refuse' });
      expect(decide({ session: null, hint: nothing, visitor: 'person' })).toEqual({ next: 'nothing-to-end' });
    }
  });

  test('nobody is told that a session is over that goes on', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { next } = decideLogout({ ...facts, session: null }, NOW);
        const named = typeof facts.hint === 'string' ? null : facts.hinted;
        if (named !== null && named.session.endedAt === null) expect(next).not.toBe('nothing-to-end');
      }),
    );
  });
});

const registered = {
  webOrigins: ['https://a.test'],
  callbacks: ['https://b.test/cb', 'test.app://cb'],
  allowedLogoutUrls: ['https://c.test/bye', 'not a url'],
  initiateLoginUri: 'https://a.test/login',
  registrationTokenHash: null,
} as unknown as Client;
const itself = { ...registered, registrationTokenHash: 'hash' };

test('registeredOrigins: every origin that the tenant registered anything under, custom schemes left out', () => {
  expect(registeredOrigins(registered)).toEqual(['https://a.test', 'https://b.test', 'https://c.test']);
  expect(registeredOrigins(itself)).toEqual([]);
});

test('linkBackTo: to a client of the tenant only', () => {
  expect(linkBackTo(registered)).toBe('https://a.test/login');
  expect(linkBackTo(itself)).toBeNull();
  expect(linkBackTo(null)).toBeNull();
});
