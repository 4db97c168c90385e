import { describe, expect, test } from 'vitest';
import { explainFailure } from './failure.js';

const circumstances = { reason: null, wasSignedIn: false, now: 1 };
const invalidGrant = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };
const loginRequired = { error: 'login_required', error_description: 'Login required' };

describe('explainFailure', () => {
  test('blocked cookies mean "cannot know", not "signed out"', () => {
    const failure = explainFailure(loginRequired, { ...circumstances, reason: 'cookies-blocked' });
    expect(failure).toMatchObject({ standing: 'cannot know', isTrouble: false });
  });

  test('a refused renewal tells a visitor who was signed in that it was ended elsewhere', () => {
    const failure = explainFailure(loginRequired, {
      ...circumstances,
      reason: 'no-session',
      wasSignedIn: true,
    });
    expect(failure.standing).toBe('signed out');
    expect(failure.advice).toContain('in another application');
  });

  test.each([
    ['session-ended', 'in another application'],
    ['expired-idle', 'away for longer than allowed'],
    ['replayed', 'used again'],
    ['account-changed', 'its password'],
    ['too-many', 'made room'],
    [null, 'does not know this refresh token'],
  ])('a refresh token that is refused for %s signs out, and says why', (reason, words) => {
    const failure = explainFailure(invalidGrant, { ...circumstances, reason });
    expect(failure).toMatchObject({ standing: 'signed out', isTrouble: false });
    expect(failure.advice).toContain(words);
  });

  test('a refresh token that the API takes no more just now stays good', () => {
    const failure = explainFailure(invalidGrant, { ...circumstances, reason: 'audience-closed' });
    expect(failure).toMatchObject({ standing: 'cannot know', isTrouble: true });
  });

  test.each([
    [{ error: 'timeout' }, 'timeout'],
    [{ error: 'temporarily_unavailable' }, 'temporarily_unavailable'],
    [new TypeError('Failed to fetch'), 'unreachable'],
  ])('trouble says nothing about the sign-in: %o', (thrown, error) => {
    expect(explainFailure(thrown, circumstances)).toMatchObject({ error, isTrouble: true });
  });
});
