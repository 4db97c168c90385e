/**
 * Listens for the reason of a refusal: the SDK passes on `error` and `error_description` only, so the page reads
 * the hidden frame's answer beside it.
 *
 * @param {string} issuer without a trailing slash
 */
export function watchReasons(issuer) {
  /** @type {string | null} */
  let reason = null;
  window.addEventListener('message', ({ origin, data }) => {
    if (origin === issuer && data?.type === 'authorization_response') {
      reason = data.response?.sojourn_reason ?? null;
    }
  });
  return {
    read: () => reason,
    forget: () => {
      reason = null;
    },
  };
}
