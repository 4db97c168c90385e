import { kindOfRefreshRefusal } from './refresh-refusal.js';

/**
 * Why a sign-in or renewal failed, what that means for the page, and what a visitor can do.
 *
 * @typedef {object} Failure
 * @property {number} at
 * @property {string} error the wire's error code, or `timeout`, `unreachable`
 * @property {string} description
 * @property {string | null} reason Sojourn's own code, `sojourn_reason`
 * @property {string} advice
 * @property {'signed out' | 'cannot know'} standing
 * @property {boolean} isTrouble whether asking again later may help: the sign-in itself was not refused
 */

/** What a visitor is told, and what the page takes it to mean, by kind. */
const KINDS = {
  'cookies-blocked': {
    standing: 'cannot know',
    isTrouble: false,
    advice:
      'This browser blocks third-party cookies here. Sign in once by redirect: if you are signed in elsewhere, no form appears.',
  },
  'not-signed-in': {
    standing: 'signed out',
    isTrouble: false,
    advice: 'You are signed out. Sign in to go on.',
  },
  ended: {
    standing: 'signed out',
    isTrouble: false,
    advice: 'You signed out in another application, so you are signed out here too.',
  },
  'ended-before': {
    standing: 'signed out',
    isTrouble: false,
    advice:
      'The sign-in that this site knew was ended. Sign in: if you did so elsewhere since, no form appears.',
  },
  expired: {
    standing: 'signed out',
    isTrouble: false,
    advice: 'You have been away for longer than allowed, so we need to check that it is you.',
  },
  'holds-nothing': {
    standing: 'signed out',
    isTrouble: false,
    advice: 'No refresh token is kept here. Sign in: if you are signed in elsewhere, no form appears.',
  },
  replayed: {
    standing: 'signed out',
    isTrouble: false,
    advice:
      'An old refresh token of this sign-in was used again. Somebody may have copied one, so all of them ended. Sign in to go on.',
  },
  revoked: {
    standing: 'signed out',
    isTrouble: false,
    advice: 'The refresh token was revoked. Sign in to go on.',
  },
  blocked: {
    standing: 'signed out',
    isTrouble: false,
    advice: 'This account is blocked. Whoever runs Harbour can say why.',
  },
  'account-changed': {
    standing: 'signed out',
    isTrouble: false,
    advice: 'The account was changed since, its password for example. Sign in to go on.',
  },
  'made-room': {
    standing: 'signed out',
    isTrouble: false,
    advice: 'You signed in here so often that the oldest sign-ins made room. Sign in to go on.',
  },
  'closed-now': {
    standing: 'cannot know',
    isTrouble: true,
    advice: 'The API takes no refresh tokens just now. Yours is as good as before: try again later.',
  },
  'unknown-token': {
    standing: 'signed out',
    isTrouble: false,
    advice: 'Sojourn does not know this refresh token. Sign in to go on.',
  },
  'needs-you': {
    standing: 'signed out',
    isTrouble: false,
    advice: 'Sojourn needs you for a moment. Sign in to go on.',
  },
  denied: {
    standing: 'signed out',
    isTrouble: false,
    advice: 'The sign-in was not completed. Sign in to try again.',
  },
  'no-answer': {
    standing: 'cannot know',
    isTrouble: true,
    advice:
      'The hidden frame did not answer in time: the server is away, or this browser blocks the frame. Signing in by redirect finds out.',
  },
  trouble: {
    standing: 'cannot know',
    isTrouble: true,
    advice: 'Sojourn could not answer. This says nothing about your sign-in: try again in a moment.',
  },
  unexpected: {
    standing: 'cannot know',
    isTrouble: false,
    advice: 'This answer was not expected. Sign in by redirect to start again.',
  },
};

const NEEDS_END_USER = new Set(['consent_required', 'interaction_required']);
const SERVER_TROUBLE = new Set(['temporarily_unavailable', 'server_error', 'unreachable']);

/**
 * @param {unknown} thrown what an SDK threw: its errors carry `error` and `error_description`
 * @param {object} circumstances
 * @param {string | null} circumstances.reason `sojourn_reason` of the answer, which the SDKs do not pass on
 * @param {boolean} circumstances.wasSignedIn whether the application took the visitor to be signed in
 * @param {number} circumstances.now
 * @returns {Failure}
 */
export function explainFailure(thrown, { reason, wasSignedIn, now }) {
  const fields = /** @type {{ error?: string, error_description?: string, message?: string }} */ (thrown);
  // An SDK throws the platform's own error, which has no code, where its request found no server.
  const error = fields.error ?? 'unreachable';
  const kind = KINDS[kindOf(error, reason, wasSignedIn)];
  return {
    at: now,
    error,
    description: fields.error_description ?? fields.message ?? String(thrown),
    reason,
    advice: kind.advice,
    standing: /** @type {Failure['standing']} */ (kind.standing),
    isTrouble: kind.isTrouble,
  };
}

/**
 * @param {string} error
 * @param {string | null} reason
 * @param {boolean} wasSignedIn
 * @returns {keyof typeof KINDS}
 */
function kindOf(error, reason, wasSignedIn) {
  if (error === 'login_required') return kindOfLoginRequired(reason, wasSignedIn);
  if (error === 'invalid_grant') return kindOfRefreshRefusal(reason);
  if (error === 'missing_refresh_token') return 'holds-nothing';
  if (NEEDS_END_USER.has(error)) return 'needs-you';
  if (error === 'access_denied') return 'denied';
  if (error === 'timeout') return 'no-answer';
  if (SERVER_TROUBLE.has(error)) return 'trouble';
  return 'unexpected';
}

/**
 * @param {string | null} reason
 * @param {boolean} wasSignedIn
 */
function kindOfLoginRequired(reason, wasSignedIn) {
  if (reason === 'cookies-blocked') return 'cookies-blocked';
  if (reason === 'session-expired-idle' || reason === 'session-expired-absolute') return 'expired';
  if (wasSignedIn) return 'ended';
  return reason === 'session-ended' ? 'ended-before' : 'not-signed-in';
}
