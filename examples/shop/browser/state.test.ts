import { describe, expect, test } from 'vitest';
import { explainFailure } from '../../harbour/browser/failure.js';
import { afterFailure, afterToken, FIRST_STATE } from './state.js';

const NOW = 1_700_000_000_000;
const HOURS = { idle: 24, absolute: 72 };
const claims = { sub: 'mira', name: 'Mira Lind', auth_time: NOW / 1000 - 60 };
const signedIn = afterToken(FIRST_STATE, { access_token: 'token', expires_in: 90 }, claims, HOURS, NOW);
const circumstances = { reason: null, wasSignedIn: true, now: NOW + 5000 };
const timeout = explainFailure({ error: 'timeout' }, circumstances);

describe('afterToken', () => {
  test('renews when 60 seconds are left, because the SDK takes the token for expired from then on', () => {
    expect(signedIn.renewsAt).toBe(NOW + 30_000);
  });

  test('never renews in a hurry, however short the token lives', () => {
    const state = afterToken(FIRST_STATE, { access_token: 'token', expires_in: 5 }, claims, HOURS, NOW);
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
