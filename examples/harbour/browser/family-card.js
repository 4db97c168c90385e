import { html } from './html.js';
import { renderMoment } from './parts.js';
import { sayOrdinal } from './words.js';

/**
 * A refresh token family as a page shows it. Nothing of it makes a token. Moments in milliseconds since 1970.
 *
 * @typedef {object} Family
 * @property {number} generation 1 for the first token
 * @property {number} rotatedAt when the current token was given out first
 * @property {number} repeats how often a retry was given the same successor
 * @property {number} startedAt
 * @property {number | null} idleExpiresAt where nobody uses it from now on; `null`: never
 * @property {number | null} expiresAt at the latest; `null`: never
 * @property {boolean} isBound to a key (DPoP)
 *
 * What a page knows of the family of its tokens.
 *
 * @typedef {(
 *   | { outcome: 'told', family: Family }
 *   | { outcome: 'token-refused' }
 *   | { outcome: 'cannot-know' }
 * )} FamilyAnswer
 */

/** @param {FamilyAnswer | 'none' | 'asking'} known */
export function renderFamily(known) {
  if (known === 'asking') return html`<p class="quiet">Asking Sojourn…</p>`;
  if (known === 'none') {
    return html`<p class="quiet">A sign-in begins a family with its first refresh token. Each renewal replaces the token and counts one up.</p>`;
  }
  switch (known.outcome) {
    case 'told':
      return renderFacts(known.family);
    case 'token-refused':
      return html`<p class="quiet">The access token that names the family is no longer good. Renew to see the family.</p>`;
    case 'cannot-know':
      return html`<p class="quiet">This application cannot know just now: it asks as an operator does, which works where the demo has started Sojourn itself.</p>`;
  }
}

/** @param {Family} family */
function renderFacts({ generation, rotatedAt, repeats, startedAt, idleExpiresAt, expiresAt, isBound }) {
  return html`<dl class="facts">
<dt>In use</dt><dd id="generation">${sayOrdinal(generation)} token</dd>
<dt>Last rotation</dt><dd id="rotated-at">${generation === 1 ? 'none yet' : renderMoment(rotatedAt)}</dd>
<dt>Retries</dt><dd id="repeats">${sayRepeats(repeats)}</dd>
<dt>Began</dt><dd>${renderMoment(startedAt)}</dd>
<dt>Ends</dt><dd>${sayEnd(idleExpiresAt, 'without use')}, ${sayEnd(expiresAt, 'at the latest')}</dd>
<dt>Bound to</dt><dd>${isBound ? 'a key that only this browser holds' : 'no key'}</dd>
</dl>`;
}

/** @param {number} repeats */
function sayRepeats(repeats) {
  if (repeats === 0) return 'none so far';
  return `${repeats} given the same successor`;
}

/**
 * @param {number | null} at
 * @param {string} how
 */
function sayEnd(at, how) {
  return at === null ? html`never ${how}` : html`${renderMoment(at)} ${how}`;
}
