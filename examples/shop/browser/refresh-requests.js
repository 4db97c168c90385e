/**
 * What the visitor may have done to one renewal: twenty of the same request at once, or an answer that never arrives.
 *
 * @typedef {'twenty at once' | 'answer lost'} Trial
 */

const AT_ONCE = 20;

/**
 * Stands between auth0-spa-js and the token endpoint while it renews by refresh token: reads the reason of a refusal,
 * which the SDK does not pass on, and puts a renewal on trial.
 *
 * It must be installed before the SDK's first call, and sees its requests because the tokens are kept in
 * localStorage: with tokens in memory the SDK fetches in a worker, where this page's `fetch` is not used.
 *
 * @param {string} issuer without a trailing slash
 */
export function watchRefreshRequests(issuer) {
  const plainFetch = window.fetch;
  /** @type {string | null} */
  let reason = null;
  /** @type {Trial | null} */
  let trial = null;
  /** @type {string[]} the refresh tokens that the trial's answers brought */
  let successors = [];

  /** @param {Response} response */
  async function read(response) {
    // Trouble is answered in plain text.
    const answer = await response
      .clone()
      .json()
      .catch(() => ({}));
    reason = answer.sojourn_reason ?? null;
    if (trial !== null && response.ok) successors.push(answer.refresh_token);
  }

  window.fetch = async (input, init) => {
    const isRefresh =
      input === `${issuer}/oauth/token` && String(init?.body).includes('grant_type=refresh_token');
    if (!isRefresh) return plainFetch(input, init);
    const count = trial === 'twenty at once' ? AT_ONCE : 1;
    const responses = await Promise.all(Array.from({ length: count }, () => plainFetch(input, init)));
    const isLost = trial === 'answer lost' && successors.length === 0;
    await Promise.all(responses.map(read));
    // As a network does that breaks before the answer is there. The SDK asks again by itself, with the same token.
    if (isLost && successors.length > 0) throw new TypeError('The demo lost this answer.');
    return /** @type {Response} */ (responses[0]);
  };

  return {
    /**
     * Forgets the renewal before, and puts the next one on trial.
     *
     * @param {Trial | null} next `null`: it goes as it is
     */
    begin: (next) => {
      reason = null;
      trial = next;
      successors = [];
    },
    readReason: () => reason,
    /** What came of the trial, in words. */
    readTrial: () => (trial === null ? null : sayTrial(trial, successors)),
  };
}

/**
 * @param {Trial} trial
 * @param {readonly string[]} successors the refresh token of each answer
 */
export function sayTrial(trial, successors) {
  const different = new Set(successors).size;
  const given = different === 1 ? 'the same successor' : `${different} different successors`;
  return trial === 'answer lost'
    ? `an answer was lost, and its retry got ${given}`
    : `${successors.length} requests at once got ${given}`;
}
