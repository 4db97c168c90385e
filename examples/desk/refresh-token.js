/** A renewal by refresh token that failed, with what express-openid-connect's own error leaves in its cause. */
export class RefreshFailed extends Error {
  /**
   * @param {unknown} thrown
   * @param {number} begunAt
   */
  constructor(thrown, begunAt) {
    const { message, error, error_description, cause } =
      /** @type {{ message: string, error?: string, error_description?: string, cause?: { sojourn_reason?: string } }} */ (
        thrown
      );
    super(message, { cause: thrown });
    this.error = error;
    this.error_description = error_description;
    this.reason = cause?.sojourn_reason ?? null;
    this.begunAt = begunAt;
  }
}

/**
 * Renews the desk's access token by its refresh token, from server to server. The new tokens are in the desk's
 * session afterwards.
 *
 * @param {import('express').Request} request of somebody who is signed in
 * @returns {Promise<{ begunAt: number }>}
 * @throws {RefreshFailed}
 */
export async function refresh(request) {
  const begunAt = Date.now();
  try {
    await request.oidc.accessToken?.refresh();
    return { begunAt };
  } catch (error) {
    throw new RefreshFailed(error, begunAt);
  }
}

/**
 * Gives a refresh token back, which express-openid-connect leaves to its application. RFC 7009 §2.1.
 *
 * @param {object} client
 * @param {string} client.issuer ends in `/`
 * @param {string} client.clientId
 * @param {string} client.clientSecret
 * @param {string} refreshToken
 * @returns {Promise<boolean>} whether Sojourn took it
 */
export async function revoke({ issuer, clientId, clientSecret }, refreshToken) {
  const fields = { client_id: clientId, client_secret: clientSecret, token: refreshToken };
  try {
    const body = new URLSearchParams(fields);
    return (await fetch(`${issuer}oauth/revoke`, { method: 'POST', body })).ok;
  } catch {
    return false;
  }
}
