import { expect, test } from 'vitest';
import { LINE_WIDTH } from '../terminal-text.js';
import { buildFamilyDetails, familyText } from './family-table.js';
import type { ListedFamily } from './listed-family.js';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;

const family = (overrides: Partial<ListedFamily> = {}): ListedFamily => ({
  id: `${'a'.repeat(30)}.${'b'.repeat(22)}`,
  sid: 'a'.repeat(30),
  userId: 'auth0|mira',
  account: 'mira@harbour.example',
  clientId: 'shop',
  application: 'Harbour Shop',
  audience: 'https://api.a.test/',
  scope: ['openid', 'offline_access'],
  state: 'live',
  reason: null,
  startedAt: NOW - 3 * DAY,
  usedAt: NOW - 120_000,
  generation: 7,
  rotatedAt: NOW - 150_000,
  repeats: 1,
  idleExpiresAt: NOW + 15 * DAY,
  expiresAt: NOW + 27 * DAY,
  outlives: 'expiry',
  jkt: null,
  revokedAt: null,
  ...overrides,
});

test('a person reads three lines for each, under a heading', () => {
  expect([familyText.heading, ...familyText.aligned(family(), NOW)]).toEqual([
    'ID                                                     STATE                      BEGAN       LAST USED   EXPIRES',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbb  live                       3 d ago     2 min ago   in 15 d',
    '  mira@harbour.example; Harbour Shop; https://api.a.test/: openid offline_access',
    '  generation 7; 1 retry given the same successor; bound to no key',
  ]);
});

test('an expiry is told only where there is one to come, or one that came', () => {
  const expiryOf = (overrides: Partial<ListedFamily>) =>
    familyText.aligned(family(overrides), NOW)[0]?.split(/ {2,}/).at(-1);
  expect(expiryOf({ expiresAt: null })).toBe('in 15 d');
  expect(expiryOf({ expiresAt: null, idleExpiresAt: null })).toBe('never');
  expect(expiryOf({ state: 'expired', reason: 'expired-idle', idleExpiresAt: NOW - DAY })).toBe('1 d ago');
  expect(expiryOf({ state: 'expired', reason: 'session-expired' })).toBe('-');
  expect(expiryOf({ state: 'ended', reason: 'replayed' })).toBe('-');
});

test('no line is longer than a terminal is wide, whatever anybody is called', () => {
  const long = family({
    account: 'm'.repeat(200),
    application: '\u001b[2J',
    state: 'ended',
    reason: 'consent-withdrawn',
  });
  const lines = familyText.aligned(long, NOW);
  for (const line of [familyText.heading, ...lines]) expect(line.length).toBeLessThanOrEqual(LINE_WIDTH);
  expect(lines.join()).not.toContain('\u001b');
});

test('a program gets tabs, or JSON with moments in ISO 8601', () => {
  expect(familyText.tabs(family({ jkt: 'thumbprint', audience: '', expiresAt: null })).split('\t')).toEqual([
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbb',
    'mira@harbour.example',
    'Harbour Shop',
    '-',
    'openid offline_access',
    'live',
    '-',
    '2026-11-17T12:00:00.000Z',
    '2026-11-20T11:58:00.000Z',
    '7',
    '1',
    '2026-12-05T12:00:00.000Z',
    '-',
    'bound',
  ]);
  expect(JSON.parse(familyText.json(family()))).toEqual({
    ...family(),
    startedAt: '2026-11-17T12:00:00.000Z',
    usedAt: '2026-11-20T11:58:00.000Z',
    rotatedAt: '2026-11-20T11:57:30.000Z',
    idleExpiresAt: '2026-12-05T12:00:00.000Z',
    expiresAt: '2026-12-17T12:00:00.000Z',
  });
});

test('everything about one is a line per fact', () => {
  const revoked = family({
    state: 'ended',
    reason: 'replayed',
    revokedAt: NOW,
    jkt: 'thumbprint',
    repeats: 0,
  });
  expect(buildFamilyDetails(revoked, NOW)).toEqual([
    'Id            aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbb',
    'Session       aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'Account       mira@harbour.example (auth0|mira)',
    'Application   Harbour Shop (shop)',
    'API           https://api.a.test/',
    'Scope         openid offline_access',
    'State         ended: replayed',
    'Began         3 d ago (2026-11-17T12:00:00.000Z)',
    'Last used     2 min ago (2026-11-20T11:58:00.000Z)',
    'Generation    7',
    'Retries       0 retries given the same successor',
    'Revoked       now (2026-11-20T12:00:00.000Z)',
    'Survives      the expiry of its session, not its end',
    'Key           bound to the key thumbprint (DPoP)',
  ]);
});
