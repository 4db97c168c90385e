import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideSessionState, isEnded, type Session, type SessionLimits } from './session.js';

const NOW = 1_000_000;
const LIMITS: SessionLimits = { idleMs: 100, absoluteMs: 1_000 };

const aSession = (overrides: Partial<Session> = {}): Session => ({
  sid: 'sid',
  userId: 'auth0|mira',
  authenticatedAt: NOW,
  amr: ['pwd'],
  acr: null,
  lastActiveAt: NOW,
  limitsStartedAt: NOW,
  idleLimitMs: 100,
  absoluteLimitMs: 1_000,
  persistent: true,
  device: { userAgent: '', address: '192.0.2.1' },
  endedAt: null,
  endReason: null,
  flaggedAt: null,
  userBlocked: false,
  userNotBefore: 0,
  ...overrides,
});

const ended = { endedAt: NOW, endReason: 'signed-out' } as const;
const moment = fc.integer({ min: 0, max: 10_000 });
const length = fc.integer({ min: 1, max: 5_000 });
const anySession = fc
  .record({
    authenticatedAt: moment,
    lastActiveAt: moment,
    limitsStartedAt: moment,
    idleLimitMs: length,
    absoluteLimitMs: length,
    endedAt: fc.option(moment),
    userBlocked: fc.boolean(),
    userNotBefore: moment,
  })
  .map(aSession);
const anyLimits = fc.record({ idleMs: length, absoluteMs: length });

describe('decideSessionState (design.md 3)', () => {
  test('live until the last millisecond of the idle limit, expired from then on', () => {
    expect(decideSessionState(aSession(), LIMITS, NOW + 99)).toEqual({ state: 'live' });
    expect(decideSessionState(aSession(), LIMITS, NOW + 100)).toEqual({
      state: 'expired',
      reason: 'session-expired-idle',
    });
  });

  test('the absolute limit runs from the start, whatever the activity, and is what is told', () => {
    const active = aSession({ lastActiveAt: NOW + 999 });
    expect(decideSessionState(active, LIMITS, NOW + 999).state).toBe('live');
    expect(decideSessionState(active, LIMITS, NOW + 1_000)).toEqual({
      state: 'expired',
      reason: 'session-expired-absolute',
    });
  });

  test('ended by its own row, by a block, or by a notBefore later than its authentication', () => {
    expect(decideSessionState(aSession(ended), LIMITS, NOW)).toEqual({
      state: 'ended',
      reason: 'session-ended',
    });
    expect(decideSessionState(aSession({ userBlocked: true }), LIMITS, NOW)).toEqual({
      state: 'ended',
      reason: 'user-blocked',
    });
    expect(decideSessionState(aSession({ userNotBefore: NOW + 1 }), LIMITS, NOW).state).toBe('ended');
    expect(decideSessionState(aSession({ userNotBefore: NOW }), LIMITS, NOW).state).toBe('live');
  });

  test('ended is never told as expired', () => {
    const long = aSession({ ...ended, limitsStartedAt: 0, lastActiveAt: 0 });
    expect(decideSessionState(long, LIMITS, NOW).state).toBe('ended');
  });

  test('the stricter of the limit then and the limit now counts, for each of the two', () => {
    expect(decideSessionState(aSession(), { ...LIMITS, idleMs: 50 }, NOW + 50).state).toBe('expired');
    expect(decideSessionState(aSession({ idleLimitMs: 50 }), LIMITS, NOW + 50).state).toBe('expired');
    fc.assert(
      fc.property(anySession, anyLimits, moment, (session, limits, now) => {
        if (decideSessionState(session, limits, now).state !== 'live') return;
        for (const idle of [session.idleLimitMs, limits.idleMs])
          expect(now).toBeLessThan(session.lastActiveAt + idle);
        for (const absolute of [session.absoluteLimitMs, limits.absoluteMs])
          expect(now).toBeLessThan(session.limitsStartedAt + absolute);
      }),
    );
  });

  test('once expired or ended it never lives again by waiting', () => {
    fc.assert(
      fc.property(anySession, anyLimits, moment, length, (session, limits, now, later) => {
        if (decideSessionState(session, limits, now).state === 'live') return;
        expect(decideSessionState(session, limits, now + later).state).not.toBe('live');
      }),
    );
  });

  test('ended is what isEnded says, always', () => {
    fc.assert(
      fc.property(anySession, anyLimits, moment, (session, limits, now) => {
        expect(decideSessionState(session, limits, now).state === 'ended').toBe(isEnded(session));
      }),
    );
  });
});
