const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How long something took: "38 ms", "1.2 s".
 *
 * @param {number} ms
 */
export function sayDuration(ms) {
  return ms < SECOND ? `${Math.round(ms)} ms` : `${(ms / SECOND).toFixed(1)} s`;
}

/**
 * A moment as people say it: "in 48 s", "3 min ago", "now".
 *
 * @param {number} at milliseconds since 1970
 * @param {number} now
 */
export function sayMoment(at, now) {
  const distance = Math.abs(at - now);
  if (distance < SECOND) return 'now';
  return at > now ? `in ${sayLength(distance)}` : `${sayLength(distance)} ago`;
}

/**
 * Exact while it matters ("1 min 18 s"), rounded where it does not ("24 h").
 *
 * @param {number} ms
 */
function sayLength(ms) {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < 5 * MINUTE) {
    const seconds = Math.floor((ms % MINUTE) / SECOND);
    return `${Math.floor(ms / MINUTE)} min${seconds === 0 ? '' : ` ${seconds} s`}`;
  }
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

/**
 * The exact moment, for a tooltip: "20 Nov 2026, 10:31:08".
 *
 * @param {number} at
 */
export function sayExactly(at) {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/**
 * The time of day: "10:31:08".
 *
 * @param {number} at
 */
export function sayTimeOfDay(at) {
  return new Date(at).toLocaleTimeString('en-GB');
}

const ORDINAL = new Intl.PluralRules('en', { type: 'ordinal' });
/** @type {Readonly<Record<string, string>>} */
const ORDINAL_ENDINGS = { one: 'st', two: 'nd', few: 'rd' };

/**
 * A place in a row: "1st", "12th", "23rd".
 *
 * @param {number} place
 */
export function sayOrdinal(place) {
  return `${place}${ORDINAL_ENDINGS[ORDINAL.select(place)] ?? 'th'}`;
}
