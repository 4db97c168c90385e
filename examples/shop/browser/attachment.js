const SWITCH = 'harbour.attachment';

/** Whether the token request is sent with cookies; the visitor's switch, on at first. */
export function isAttachmentOn() {
  return localStorage.getItem(SWITCH) !== 'off';
}

/** @param {boolean} on */
export function keepAttachmentSwitch(on) {
  localStorage.setItem(SWITCH, on ? 'on' : 'off');
}

/**
 * The five lines that keep auth0-spa-js signed in where third-party cookies are blocked. It exchanges its code
 * by `fetch` without credentials, so the browser drops the attachment cookie of the answer. Sent with
 * credentials, the answer's cookie is kept for this site alone (`Partitioned`), and the SDK's hidden frame
 * carries it from then on, also after a reload.
 *
 * Only the token request is changed. It must be installed before the SDK's first call, and works without
 * `useRefreshTokens` only: with it the SDK fetches in a worker, where this page's `fetch` is not used.
 *
 * @param {string} issuer without a trailing slash
 */
export function sendCookiesWithTokenRequest(issuer) {
  const plainFetch = window.fetch;
  window.fetch = (input, init) => {
    const isTokenRequest = input === `${issuer}/oauth/token`;
    return plainFetch(input, isTokenRequest ? { ...init, credentials: 'include' } : init);
  };
}
