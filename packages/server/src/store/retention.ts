/** How long what is dead is remembered, in milliseconds. */

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** A code stays this long after it was issued, so that a second use is still known for what it is. */
export const CODE_REMEMBERED_MS = DAY;
/** Longer than any token that a key may have signed: an API's lifetime is at most 30 days. */
export const RETIRED_KEY_REMEMBERED_MS = 31 * DAY;
/**
 * After its absolute limit a session can still be ended, name its account and say why it is over; a dead family can
 * still say why it is dead; and the last access token that either gave, of 30 days at most, has expired.
 */
export const TOKEN_REMEMBERED_MS = 31 * DAY;
/** Longer than any overlap with all that is forgiven. */
export const OUTAGE_REMEMBERED_MS = HOUR;

/** Longer than any window that attempts are counted in. */
export const LOGIN_ATTEMPT_REMEMBERED_MS = HOUR;

/** Sessions looked at in one step of a clean-up: their families lie beside them. */
export const SESSIONS_A_STEP = 500;
