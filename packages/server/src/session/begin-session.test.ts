import { describe, expect, test } from 'vitest';
import { aSession, aSessionBegin, NOW } from '../store/store-samples.js';
import { decideSessionBegin, type StandingSession } from './begin-session.js';

const GENERATION = 100;
const GOOD = { blocked: false, notBefore: 0 };
const begin = (overrides: object = {}) => ({
  ...aSessionBegin('new', { session: { browserHash: 'browser', browserGeneration: GENERATION } }),
  generation: GENERATION,
  nextGeneration: GENERATION + 1,
  ...overrides,
});
const standing = (sid: string, overrides: Partial<StandingSession> = {}): StandingSession => ({
  ...aSession(sid),
  userBlocked: false,
  userNotBefore: 0,
  browserHash: 'browser',
  browserGeneration: GENERATION,
  ...overrides,
});

describe('design.md 3: signing in again', () => {
  test('nobody before: a session begins', () => {
    expect(decideSessionBegin([], GOOD, begin())).toMatchObject({ next: 'begin', sid: 'new', ends: [] });
  });

  test('the same End-User’s is renewed, whoever found it', () => {
    for (const cookieSid of [null, 'one']) {
      const decision = decideSessionBegin([standing('one')], GOOD, begin({ cookieSid }));
      expect(decision).toMatchObject({ next: 'renew', sid: 'one', ends: [], bindingChanges: false });
    }
  });

  test('another’s ends, and the binding changes', () => {
    expect(decideSessionBegin([standing('one', { userId: 'otto' })], GOOD, begin())).toMatchObject({
      next: 'begin',
      ends: [{ sid: 'one', userId: 'otto', reason: 'replaced-by-another-end-user' }],
      bindingChanges: true,
    });
  });

  test.each([
    ['dead by notBefore', { userNotBefore: NOW + 1 }, NOW + 1, 'revoked'],
    ['of a blocked account', { userId: 'otto', userBlocked: true }, 0, 'user-blocked'],
  ])('one that is %s ends by its own reason', (_, dead, notBefore, reason) => {
    const account = { blocked: false, notBefore };
    const late = begin();
    const again = { ...late, session: { ...late.session, authenticatedAt: NOW + 1 } };
    const decision = decideSessionBegin([standing('dead', dead)], account, again);
    expect(decision).toMatchObject({ next: 'begin', sid: 'new', ends: [{ sid: 'dead', reason }] });
  });

  test('a proof of before notBefore, or of a blocked account, is none', () => {
    for (const account of [
      { blocked: true, notBefore: 0 },
      { blocked: false, notBefore: NOW + 1 },
    ])
      expect(decideSessionBegin([], account, begin())).toEqual({ next: 'refuse-proof' });
    expect(decideSessionBegin([], { blocked: false, notBefore: NOW }, begin()).next).toBe('begin');
  });

  test('a value of before the session is refused, unless the cookie names it', () => {
    const later = standing('one', { browserGeneration: GENERATION + 1 });
    expect(decideSessionBegin([later], GOOD, begin())).toEqual({ next: 'refuse-binding' });
    expect(decideSessionBegin([later], GOOD, begin({ cookieSid: 'one' }))).toMatchObject({
      next: 'renew',
      browserGeneration: GENERATION,
    });
  });
});
