import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Session } from '../session/session.js';
import { aRefreshTokenUse, aSession, aUser, MINUTE, NOW } from '../store/store-samples.js';
import { buildMovedFamily, decideRefresh, type RefreshVerdict } from './decide-refresh.js';
import type { FamilyStanding, RefreshTokenFamily, RefreshTokenUse } from './family.js';
import {
  ABSOLUTE_LIMIT_MS,
  aModel,
  type End,
  histories,
  IDLE_LIMIT_MS,
  type Model,
  type Player,
  play,
  type Told,
} from './refresh-model.js';

const SECOND = 1_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function aFamily(overrides: Partial<RefreshTokenFamily> = {}): RefreshTokenFamily {
  return {
    sid: 'sid-1',
    handleHash: 'f',
    clientId: 'spa-a',
    scope: ['openid', 'offline_access'],
    audience: '',
    authenticatedAt: NOW,
    amr: ['pwd'],
    acr: null,
    claims: null,
    startedAt: NOW,
    expiresAt: NOW + ABSOLUTE_LIMIT_MS,
    idleLimitMs: IDLE_LIMIT_MS,
    outlives: 'expiry',
    jkt: null,
    generation: 1,
    kid: 'k1',
    previousKid: null,
    rotatedAt: NOW,
    usedAt: NOW,
    rotatedBy: 1,
    repeats: 0,
    lateGeneration: null,
    revokedAt: null,
    revokeReason: null,
    ...overrides,
  };
}

function aStanding(
  family: Partial<RefreshTokenFamily> = {},
  session: Partial<Session> = {},
  user: { blocked?: boolean; notBefore?: number } = {},
): FamilyStanding {
  const { handleHash: _, silentHandleHash: __, ...columns } = aSession('sid-1');
  const alive = { endedAt: null, endReason: null, flaggedAt: null, userBlocked: false, userNotBefore: 0 };
  return {
    family: aFamily(family),
    session: { ...columns, ...alive, ...session },
    user: aUser('mira', user).user,
  };
}

const aUse = (generation: number, more: Parameters<typeof aRefreshTokenUse>[2] = {}) =>
  aRefreshTokenUse('f', generation, more);
const verdictOf = (standing: FamilyStanding, use: RefreshTokenUse, downtimeMs = 0) =>
  decideRefresh(standing, use, downtimeMs);

/** The family in memory, moved by nothing but the two functions. */
class MemoryPlayer implements Player {
  standing: FamilyStanding;
  clientNotBefore = 0;
  mostEver = 1;

  constructor(bound: boolean) {
    this.standing = aStanding({ jkt: bound ? 'key' : null });
  }

  useOf(model: Readonly<Model>, generation: number, from = 1, fresh = false): RefreshTokenUse {
    const { now, rotates, overlapMs, strict, open, bound } = model;
    const policy = {
      rotates,
      overlapMs,
      overlapElsewhereIsReplay: strict,
      audiences: open ? [''] : [],
      clientNotBefore: this.clientNotBefore,
      absoluteLimitMs: null,
      idleLimitMs: null,
    };
    const proof = bound ? { jkt: 'key', nonceIssuedAt: fresh ? now : now - HOUR } : null;
    return aUse(generation, { now, from, proof, policy });
  }

  async use(model: Readonly<Model>, { age, from, fresh }: Parameters<Player['use']>[1]): Promise<Told> {
    const before = this.standing;
    const used = this.useOf(model, before.family.generation - age, from, fresh);
    const verdict = verdictOf(before, used, model.awayMs);
    const family = buildMovedFamily(before.family, verdict, used);
    this.standing = { ...before, family };
    this.mostEver = Math.max(this.mostEver, family.generation);
    expectKept(before.family, family, verdict, used);
    return toldOf(verdict);
  }

  async end(end: End | 'unblock', now: number): Promise<void> {
    const { family, session, user } = this.standing;
    switch (end) {
      case 'sign-out':
        this.standing = { ...this.standing, session: { ...session, endedAt: now } };
        break;
      case 'password':
        this.standing = { ...this.standing, user: { ...user, notBefore: Math.max(user.notBefore, now) } };
        break;
      case 'block':
        this.standing = {
          ...this.standing,
          user: { ...user, blocked: true, notBefore: Math.max(user.notBefore, now) },
        };
        break;
      case 'unblock':
        this.standing = { ...this.standing, user: { ...user, blocked: false } };
        break;
      case 'client-end':
        this.clientNotBefore = Math.max(this.clientNotBefore, now);
        break;
      case 'revocation':
        this.standing = {
          ...this.standing,
          family: {
            ...family,
            revokedAt: family.revokedAt ?? now,
            revokeReason: family.revokeReason ?? 'revoked',
          },
        };
        break;
    }
  }

  /** Of all tokens that were ever given, at most one is good for more than the same successor again. */
  async look(model: Readonly<Model>): Promise<void> {
    const { generation: newest, usedAt, rotatedAt } = this.standing.family;
    expect({ newest, usedAt, rotatedAt }).toEqual({
      newest: model.newest,
      usedAt: model.usedAt,
      rotatedAt: model.rotatedAt,
    });
    const live: number[] = [];
    for (let generation = 1; generation <= this.mostEver; generation += 1) {
      const { verdict } = verdictOf(this.standing, this.useOf(model, generation), model.awayMs);
      if (verdict === 'rotate' || verdict === 'keep') live.push(generation);
      if (generation <= this.standing.family.generation - 2) expect(['replay', 'refuse']).toContain(verdict);
    }
    expect(live.length).toBeLessThanOrEqual(1);
    if (model.dead) expect(live).toEqual([]);
  }
}

function toldOf(verdict: RefreshVerdict): Told {
  switch (verdict.verdict) {
    case 'rotate':
    case 'jump-ahead':
      return 'rotated';
    case 'keep':
      return 'kept';
    case 'repeat':
      return 'repeated';
    case 'ask-for-nonce':
      return 'nonce-required';
    case 'replay':
      return 'replayed';
    case 'refuse':
      return 'refused';
  }
}

/** What no use may do to a family. */
function expectKept(
  before: RefreshTokenFamily,
  after: RefreshTokenFamily,
  { verdict }: RefreshVerdict,
  use: RefreshTokenUse,
): void {
  if (verdict === 'refuse' || verdict === 'ask-for-nonce') {
    expect(after).toBe(before);
    return;
  }
  const { startedAt, expiresAt, idleLimitMs, generation, usedAt } = before;
  expect(after).toMatchObject({ startedAt, expiresAt, idleLimitMs });
  expect(after.generation).toBeGreaterThanOrEqual(generation);
  expect(after.usedAt).toBeGreaterThanOrEqual(usedAt);
  expect(use.now).toBeLessThan(startedAt + ABSOLUTE_LIMIT_MS);
  expect(before.revokedAt).toBeNull();
  if (verdict !== 'replay') expect(after.revokedAt).toBeNull();
  if (verdict === 'repeat') expect([after.generation, after.kid]).toEqual([generation, before.kid]);
}

describe('design.md 5: any history of a family', () => {
  test.each([
    ['bearer', false],
    ['bound to a key', true],
  ])(
    'is judged as a model of a few lines judges it, and leaves one live leaf at most: %s',
    async (_name, bound) => {
      await fc.assert(
        fc.asyncProperty(histories, async (history) => {
          await play(history, aModel(NOW, bound), new MemoryPlayer(bound), (told, foretold) =>
            expect(told).toBe(foretold),
          );
        }),
        { numRuns: 400 },
      );
    },
  );

  test('a client that tries again within the overlap for as long as it hears nothing is never signed out', () => {
    const attempt = fc.record({
      lost: fc.boolean(),
      outageMs: fc.constantFrom(0, 0, 0, 5 * SECOND, 9 * MINUTE),
      setBackMs: fc.constantFrom(0, 0, 0, 4 * MINUTE),
      pauseMs: fc.integer({ min: 0, max: IDLE_LIMIT_MS / 50 }),
      retryAfterMs: fc.integer({ min: 0, max: 29_999 }),
    });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 40 }), (attempts) => {
        const standing = { ...aStanding({ expiresAt: null, idleLimitMs: IDLE_LIMIT_MS }) };
        let { family } = standing;
        let held = 1;
        let now = NOW + DAY;
        let lostFor = 0;
        let awayMs = 0;
        for (const { lost, outageMs, setBackMs, pauseMs, retryAfterMs } of attempts) {
          // What was not answered is asked again before the overlap has run out; else whenever it suits.
          const waitMs = held === family.generation ? pauseMs : Math.min(retryAfterMs, 29_999 - lostFor);
          now += waitMs + outageMs - setBackMs;
          lostFor += waitMs;
          awayMs += outageMs;
          const used = aUse(held, { now, policy: { absoluteLimitMs: null, idleLimitMs: null } });
          const verdict = verdictOf({ ...standing, family }, used, awayMs);
          expect(['rotate', 'repeat']).toContain(verdict.verdict);
          family = buildMovedFamily(family, verdict, used);
          if (verdict.verdict === 'rotate') {
            lostFor = 0;
            awayMs = 0;
          }
          if (!lost) held = family.generation;
          // One step at most: a clock that is set back again and again is no step any more.
          if (setBackMs > 0) break;
        }
      }),
    );
  });
});

describe('design.md 5: which token of the family it is', () => {
  const fourth = { generation: 4, previousKid: 'k1', rotatedAt: NOW } as const;

  test.each([
    ['the current one', 4, 0, { verdict: 'rotate' }],
    ['the current one, hours later', 4, 20 * HOUR, { verdict: 'rotate' }],
    ['its predecessor at once', 3, 0, { verdict: 'repeat', elsewhere: false, late: false }],
    [
      'its predecessor at the end of the overlap',
      3,
      29_999,
      { verdict: 'repeat', elsewhere: false, late: false },
    ],
    ['its predecessor after the overlap', 3, 30_000, { verdict: 'replay' }],
    ['D06 the one before, within the overlap', 2, 1, { verdict: 'replay' }],
    ['the first', 1, 0, { verdict: 'replay' }],
    ['one that the store has forgotten', 5, 0, { verdict: 'jump-ahead' }],
    [
      'its predecessor by a clock that is four minutes behind',
      3,
      -4 * MINUTE,
      { verdict: 'repeat', elsewhere: false, late: false },
    ],
    ['its predecessor by a clock that went back further', 3, -5 * MINUTE, { verdict: 'replay' }],
  ])('%s: generation %i after %i ms', (_name, generation, elapsed, expected) => {
    expect(verdictOf(aStanding(fourth), aUse(generation, { now: NOW + elapsed }))).toEqual(expected);
  });

  test('an overlap of nothing is none, also within the same millisecond and after an outage', () => {
    const strict = { policy: { overlapMs: 0 } };
    expect(verdictOf(aStanding(fourth), aUse(3, strict))).toEqual({ verdict: 'replay' });
    expect(verdictOf(aStanding(fourth), aUse(3, { ...strict, now: NOW + 5 }), 5)).toEqual({
      verdict: 'replay',
    });
  });

  test('time in which nobody could be answered does not count against the overlap', () => {
    const later = { now: NOW + 5 * MINUTE };
    expect(verdictOf(aStanding(fourth), aUse(3, later), 5 * MINUTE - 29_999).verdict).toBe('repeat');
    expect(verdictOf(aStanding(fourth), aUse(3, later), 5 * MINUTE - 30_000).verdict).toBe('replay');
  });

  test('design.md 3: "The row keeps the kid of its current and previous generation; any other is refused"', () => {
    const standing = aStanding({ ...fourth, kid: 'k2', previousKid: 'k1' });
    const of = (generation: number, kid: string) =>
      verdictOf(standing, aUse(generation, { presented: { generation, kid } }));
    expect(of(4, 'k2').verdict).toBe('rotate');
    expect(of(3, 'k1').verdict).toBe('repeat');
    expect(of(4, 'k1')).toEqual({ verdict: 'refuse', reason: 'secret-changed' });
    expect(of(3, 'k2').verdict).toBe('replay');
  });

  test('a retry from elsewhere is the same successor and told so, or replay where the tenant wants that', () => {
    const elsewhere = { from: 2 };
    expect(verdictOf(aStanding(fourth), aUse(3, elsewhere))).toEqual({
      verdict: 'repeat',
      elsewhere: true,
      late: false,
    });
    const strict = { ...elsewhere, policy: { overlapElsewhereIsReplay: true } };
    expect(verdictOf(aStanding(fourth), aUse(3, strict))).toEqual({ verdict: 'replay' });
    expect(verdictOf(aStanding(fourth), aUse(4, strict))).toEqual({ verdict: 'rotate' });
  });
});

describe('what the row becomes', () => {
  const moved = (family: RefreshTokenFamily, use: RefreshTokenUse) =>
    buildMovedFamily(family, verdictOf({ ...aStanding(), family }, use), use);

  test('a rotation writes the secrets of both tokens, when and by whom', () => {
    const use = aUse(1, { successorKid: 'k2', now: NOW + 5, from: 9 });
    expect(moved(aFamily(), use)).toEqual(
      aFamily({
        generation: 2,
        kid: 'k2',
        previousKid: 'k1',
        rotatedAt: NOW + 5,
        usedAt: NOW + 5,
        rotatedBy: 9,
      }),
    );
  });

  test('a token that stays stays, whatever secret makes tokens now', () => {
    const use = aUse(1, { successorKid: 'k2', now: NOW + 5, policy: { rotates: false } });
    expect(moved(aFamily(), use)).toEqual(aFamily({ usedAt: NOW + 5 }));
  });

  test('a forgotten token that does not rotate is known again as it is: nobody is signed out', () => {
    const presented = { generation: 5, kid: 'k3' };
    const use = aUse(5, { presented, successorKid: 'k2', now: NOW + 5, policy: { rotates: false } });
    const family = moved(aFamily({ generation: 2, previousKid: 'k1' }), use);
    expect(family).toMatchObject({ generation: 5, kid: 'k3' });
    const later = aUse(5, { presented, now: NOW + DAY, policy: { rotates: false } });
    expect(verdictOf({ ...aStanding(), family }, later)).toEqual({ verdict: 'keep' });
  });

  test('a retry is a use: who came back late is not away', () => {
    const family = aFamily({ generation: 2, previousKid: 'k1', jkt: 'key' });
    const at = NOW + IDLE_LIMIT_MS - HOUR;
    const late = moved(family, aUse(1, { now: at, proof: { jkt: 'key', nonceIssuedAt: at } }));
    expect(late).toMatchObject({ repeats: 1, lateGeneration: 2, usedAt: at, rotatedAt: NOW });
    const next = aUse(2, { now: at + DAY, proof: { jkt: 'key', nonceIssuedAt: at + DAY } });
    expect(verdictOf({ ...aStanding(), family: late }, next).verdict).toBe('rotate');
  });

  test('a clock that was set back makes nothing older than it was used', () => {
    const used = aFamily({ usedAt: NOW + HOUR });
    expect(moved(used, aUse(1)).usedAt).toBe(NOW + HOUR);
  });
});

describe('design.md 5: a family bound to a key', () => {
  const bound = { jkt: 'key', generation: 3, previousKid: 'k1', rotatedAt: NOW } as const;
  const late = NOW + 8 * HOUR;
  const by = (nonceIssuedAt: number | null, jkt = 'key') => ({ now: late, proof: { jkt, nonceIssuedAt } });

  test.each([
    ['another key', 3, by(late, 'other')],
    ['no key, with the current token', 3, { proof: null }],
    ['no key, within the overlap', 2, { proof: null }],
    ['another key, with a token that was replaced long ago', 1, by(late, 'other')],
  ])('security.md 27: %s is refused and costs nothing', (_name, generation, more) => {
    const refused = { verdict: 'refuse', reason: 'key-differs' };
    expect(verdictOf(aStanding(bound), aUse(generation, more))).toEqual(refused);
  });

  test.each([
    ['no nonce', null, 'ask-for-nonce'],
    ['an old nonce', late - MINUTE, 'ask-for-nonce'],
    ['a fresh nonce', late - MINUTE + 1, 'repeat'],
  ])('its predecessor late, with %s', (_name, nonceIssuedAt, verdict) => {
    expect(verdictOf(aStanding(bound), aUse(2, by(nonceIssuedAt))).verdict).toBe(verdict);
  });

  test('once a generation: the second time is replay, and the next generation has its own', () => {
    const once = { ...bound, lateGeneration: 3 };
    expect(verdictOf(aStanding(once), aUse(2, by(late))).verdict).toBe('replay');
    const next = { ...once, generation: 4 };
    expect(verdictOf(aStanding(next), aUse(3, by(late))).verdict).toBe('repeat');
  });

  test('a token of two generations ago stays replay, whatever the key proves', () => {
    expect(verdictOf(aStanding(bound), aUse(1, by(late))).verdict).toBe('replay');
  });
});

describe('design.md 3 and 5: what a family survives, the stricter of then and now', () => {
  const reasonOf = (standing: FamilyStanding, use: RefreshTokenUse) => {
    const decided = verdictOf(standing, use);
    return decided.verdict === 'refuse' ? decided.reason : decided.verdict;
  };
  const ended = { endedAt: NOW, endReason: 'signed-out' } as const;
  const expired = NOW + 3 * DAY - 1;

  test.each([
    ['expiry', 'expiry', 'rotate', 'session-ended'],
    ['end', 'end', 'rotate', 'rotate'],
    ['nothing', 'nothing', 'session-expired', 'session-ended'],
    ['end', 'expiry', 'rotate', 'session-ended'],
    ['expiry', 'end', 'rotate', 'session-ended'],
    ['end', 'nothing', 'session-expired', 'session-ended'],
    ['nothing', 'end', 'session-expired', 'session-ended'],
  ] as const)('began with %s, now %s: expired %s, ended %s', (then, outlives, atExpiry, atEnd) => {
    const use = aUse(1, { now: expired, policy: { outlives } });
    const session = { lastActiveAt: NOW - 1 };
    expect(reasonOf(aStanding({ outlives: then }, session), use)).toBe(atExpiry);
    expect(reasonOf(aStanding({ outlives: then }, ended), aUse(1, { policy: { outlives } }))).toBe(atEnd);
  });

  test.each([
    ['absolute, then', { expiresAt: NOW + HOUR }, {}, HOUR, 'expired-absolute'],
    ['absolute, now', { expiresAt: null }, { absoluteLimitMs: HOUR }, HOUR, 'expired-absolute'],
    ['absolute, longer now', { expiresAt: NOW + HOUR }, { absoluteLimitMs: DAY }, HOUR, 'expired-absolute'],
    ['idle, then', { idleLimitMs: HOUR }, {}, HOUR, 'expired-idle'],
    ['idle, now', { idleLimitMs: null }, { idleLimitMs: HOUR }, HOUR, 'expired-idle'],
    ['idle, longer now', { idleLimitMs: HOUR }, { idleLimitMs: DAY }, HOUR, 'expired-idle'],
  ] as const)('%s: good until its last millisecond', (_name, family, policy, limitMs, reason) => {
    const at = (now: number) => reasonOf(aStanding(family), aUse(1, { now, policy }));
    expect([at(NOW + limitMs - 1), at(NOW + limitMs)]).toEqual(['rotate', reason]);
  });

  test('without limits it lives for ever', () => {
    const policy = { absoluteLimitMs: null, idleLimitMs: null };
    const standing = aStanding({ expiresAt: null, idleLimitMs: null });
    expect(reasonOf(standing, aUse(1, { now: NOW + 4_000 * DAY, policy }))).toBe('rotate');
  });

  test.each([
    ['revoked', aStanding({ revokedAt: NOW, revokeReason: 'replayed' }), {}, 'replayed'],
    ['blocked', aStanding({}, {}, { blocked: true }), {}, 'user-blocked'],
    ['another password since', aStanding({}, {}, { notBefore: NOW + 1 }), {}, 'account-changed'],
    ['client ended since', aStanding(), { policy: { clientNotBefore: NOW + 1 } }, 'client-ended'],
    ['the API closed', aStanding({ audience: 'https://api.a.test/' }), {}, 'audience-closed'],
  ])('%s: no token of it does anything, and a replay raises no alarm', (_name, standing, more, reason) => {
    const old = { ...standing, family: { ...standing.family, generation: 4, previousKid: 'k1' } };
    for (const generation of [1, 2, 3, 4, 5]) expect(reasonOf(old, aUse(generation, more))).toBe(reason);
  });
});

test('after a jump ahead the row is under the secret of what was given out, and a retry gets the same again', () => {
  const family = aFamily({ generation: 1, kid: 'k1' });
  // The store lost that generation 5 was made, under a secret that came later; it is answered under a third.
  const use = { ...aUse(5), presented: { kid: 'k2', generation: 5 }, successorKid: 'k3' };
  const verdict = verdictOf({ ...aStanding(), family }, use);
  expect(verdict).toEqual({ verdict: 'jump-ahead' });
  const moved = buildMovedFamily(family, verdict, use);
  expect(moved).toMatchObject({ generation: 6, kid: 'k3', previousKid: 'k2' });
  const again = verdictOf({ ...aStanding(), family: moved }, use);
  expect(again).toMatchObject({ verdict: 'repeat' });
  const next = { ...use, presented: { kid: 'k3', generation: 6 } };
  expect(verdictOf({ ...aStanding(), family: moved }, next)).toEqual({ verdict: 'rotate' });
});
