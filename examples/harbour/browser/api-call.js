/**
 * What the API said, or that it could not be reached.
 *
 * @typedef {object} ApiAnswer
 * @property {number} at
 * @property {string} address
 * @property {number | null} status `null` where nothing answered
 * @property {number} tookMs
 * @property {string} body
 */

/**
 * Calls the API with the token, from a browser or a server.
 *
 * @param {string} address
 * @param {string} accessToken
 * @returns {Promise<ApiAnswer>}
 */
export async function callApi(address, accessToken) {
  const at = Date.now();
  const begun = performance.now();
  try {
    const response = await fetch(address, { headers: { authorization: `Bearer ${accessToken}` } });
    const body = JSON.stringify(await response.json(), null, 2);
    return { at, address, status: response.status, tookMs: performance.now() - begun, body };
  } catch (error) {
    return { at, address, status: null, tookMs: performance.now() - begun, body: String(error) };
  }
}
