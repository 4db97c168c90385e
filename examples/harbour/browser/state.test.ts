import { describe, expect, test } from 'vitest';
import { explainFailure } from './failure.js';
import { afterFailure, afterToken, FIRST_STATE } from './state.js';

const NOW = 1_700_000_000_000;
const LIMITS = { sessionHours: { idle: 24, absolute: 72 }, renewBeforeExpiryMs: 60_000 };
const claims = { sub: 'mira', name: 'Mira Lind', auth_time: NOW / 1000 - 60 };
const answer = (seconds: number) => ({ token: { value: 'token', expiresAt: NOW + seconds * 1000 }, claims });
const signedIn = afterToken(FIRST_STATE, answer(90), LIMITS, NOW);
const circumstances = { reason: null, wasSignedIn: true, now: NOW + 5000 };
const timeout = explainFailure({ error: 'timeout' }, circumstances);

describe('afterToken', () => {
  test('renews as long before the expiry as the application says', () => {
    expect(signedIn.renewsAt).toBe(NOW + 30_000);
  });

  test('never renews in a hurry, however short the token lives', () => {
    const state = afterToken(FIRST_STATE, answer(5), LIMITS, NOW);
    expect(state.renewsAt).toBe(NOW + 10_000);
  });
});

describe('afterFailure', () => {
  test('a refusal signs the page out and plans nothing, so that it cannot loop', () => {
    const refused = afterFailure(signedIn, explainFailure({ error: 'login_required' }, circumstances));
    expect(refused).toMatchObject({ standing: 'signed out', user: null, token: null, renewsAt: null });
  });

  test('trouble keeps the sign-in while the token lives, and asks again later each time', () => {
    const once = afterFailure(signedIn, timeout);
    expect(once).toMatchObject({ standing: 'signed in', renewsAt: NOW + 20_000 });
    expect(afterFailure(once, timeout).renewsAt).toBe(NOW + 35_000);
  });

  test('trouble with no living token means "cannot know"', () => {
    expect(afterFailure(FIRST_STATE, timeout).standing).toBe('cannot know');
  });
});
