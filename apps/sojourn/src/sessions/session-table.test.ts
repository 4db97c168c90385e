import { expect, test } from 'vitest';
import { LINE_WIDTH } from '../terminal-text.js';
import type { ListedSession } from './listed-session.js';
import { buildSessionDetails, sessionText } from './session-table.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0';

const session = (overrides: Partial<ListedSession> = {}): ListedSession => ({
  sid: 'a'.repeat(30),
  userId: 'auth0|mira',
  account: 'mira@harbour.example',
  state: 'live',
  reason: null,
  signedInAt: NOW - 3 * DAY,
  methods: ['pwd'],
  lastActiveAt: NOW - 120_000,
  idleExpiresAt: NOW + 3 * DAY,
  expiresAt: NOW + 27 * DAY,
  endedAt: null,
  persistent: true,
  device: { userAgent: FIREFOX, address: '192.0.2.1' },
  applications: [
    { clientId: 'shop', name: 'Harbour Shop' },
    { clientId: 'docs', name: 'Harbour Docs' },
  ],
  flaggedAt: null,
  ...overrides,
});

test('a person reads two lines for each, under a heading', () => {
  expect([sessionText.heading, ...sessionText.aligned(session(), NOW)]).toEqual([
    'SID                             ACCOUNT                   STATE                      SIGNED IN   LAST ACTIVE  EXPIRES',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  mira@harbour.example      live                       3 d ago     2 min ago    in 3 d',
    '  Firefox on Windows, 192.0.2.1; Harbour Shop, Harbour Docs',
  ]);
});

test('a state is told once, with its reason', () => {
  const lineOf = (overrides: Partial<ListedSession>) => sessionText.aligned(session(overrides), NOW)[0];
  expect(lineOf({ state: 'expired', reason: 'session-expired-idle', idleExpiresAt: NOW - DAY })).toMatch(
    / {2}session-expired-idle {2}.* {2}1 d ago$/,
  );
  expect(lineOf({ state: 'ended', reason: 'signed-out', endedAt: NOW - DAY })).toMatch(
    / {2}ended: signed-out {2}.* {2}-$/,
  );
});

test('no line is longer than a terminal is wide, whatever anybody is called', () => {
  const long = session({
    account: `${'m'.repeat(200)}@harbour.example`,
    state: 'ended',
    reason: 'replaced-by-another-end-user',
    applications: Array.from({ length: 30 }, (_, index) => ({
      clientId: `${index}`,
      name: `\u001b[2J${index}`,
    })),
    flaggedAt: NOW - DAY,
  });
  const lines = sessionText.aligned(long, NOW);
  for (const line of [sessionText.heading, ...lines]) expect(line.length).toBeLessThanOrEqual(LINE_WIDTH);
  expect(lines.join()).not.toContain('\u001b');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toBe('  an old refresh token was used 1 d ago');
});

test('a program gets tabs, or JSON with moments in ISO 8601', () => {
  expect(sessionText.tabs(session({ flaggedAt: NOW }))).toBe(
    [
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'mira@harbour.example',
      'live',
      '-',
      '2026-11-17T12:00:00.000Z',
      '2026-11-20T11:58:00.000Z',
      '2026-11-23T12:00:00.000Z',
      'Firefox on Windows',
      '192.0.2.1',
      'Harbour Shop, Harbour Docs',
      '2026-11-20T12:00:00.000Z',
    ].join('\t'),
  );
  expect(JSON.parse(sessionText.json(session()))).toEqual({
    sid: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    userId: 'auth0|mira',
    account: 'mira@harbour.example',
    state: 'live',
    reason: null,
    signedInAt: '2026-11-17T12:00:00.000Z',
    methods: ['pwd'],
    lastActiveAt: '2026-11-20T11:58:00.000Z',
    idleExpiresAt: '2026-11-23T12:00:00.000Z',
    expiresAt: '2026-12-17T12:00:00.000Z',
    endedAt: null,
    persistent: true,
    device: { name: 'Firefox on Windows', userAgent: FIREFOX, address: '192.0.2.1' },
    applications: [
      { clientId: 'shop', name: 'Harbour Shop' },
      { clientId: 'docs', name: 'Harbour Docs' },
    ],
    flaggedAt: null,
  });
});

test('everything about one is a line per fact', () => {
  expect(buildSessionDetails(session({ flaggedAt: NOW - DAY }), NOW)).toEqual([
    'Session       aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'Account       mira@harbour.example (auth0|mira)',
    'State         live',
    'Signed in     3 d ago (2026-11-17T12:00:00.000Z), by pwd',
    'Last active   2 min ago (2026-11-20T11:58:00.000Z)',
    'Expires       unused: in 3 d (2026-11-23T12:00:00.000Z); at the latest: in 27 d (2026-12-17T12:00:00.000Z)',
    'Cookie        kept by the browser',
    'Device        Firefox on Windows, 192.0.2.1',
    `Calls itself  ${FIREFOX}`,
    'Applications  Harbour Shop (shop), Harbour Docs (docs)',
    'Flagged       an old refresh token was used 1 d ago',
  ]);
});
