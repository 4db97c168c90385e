import type { ErrorCode } from '@sojourn/protocol';
import type { HttpResponse } from '../http/request.js';
import { json } from '../http/responses.js';

/** A successful token response. @see RFC 6749 §5.1 · OIDC Core §3.1.3.3 */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer' | 'DPoP';
  /** A JSON number of seconds: SDKs calculate with it. */
  readonly expires_in: number;
  readonly scope: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
}

/** A successful answer of the token endpoint. @see RFC 6749 §5.1 */
export function buildTokenResponse(tokens: TokenResponse): HttpResponse {
  return json(200, tokens);
}

/** A refusal of the token endpoint. Descriptions are fixed sentences; nothing of the request comes back. */
export interface TokenRefusal {
  readonly error: ErrorCode;
  readonly description: string;
  /** For the record; on the wire only where `tellsReason`. */
  readonly reason: string;
  /** Whether the client hears the reason: it has shown that it was given what it asks about. */
  readonly tellsReason?: boolean;
  /**
   * A genuine refresh token that is as good as before, said back to the page that holds it: the published SPA SDK's
   * worker forgets its own at any JSON answer without one.
   */
  readonly keeps?: string;
}

/**
 * @see RFC 6749 §5.2. 401 for client authentication, with a challenge only where Basic was tried: with one, the
 *      oauth4webapi family loses the error code.
 */
export function buildTokenError(
  { error, description, reason, tellsReason = false, keeps }: TokenRefusal,
  basic = false,
): HttpResponse {
  const status = error === 'invalid_client' ? 401 : 400;
  const challenge =
    status === 401 && basic ? { 'www-authenticate': 'Basic realm="sojourn", charset="UTF-8"' } : {};
  const body = {
    error,
    error_description: description,
    ...(tellsReason && { sojourn_reason: reason }),
    ...(keeps !== undefined && { refresh_token: keeps }),
  };
  return json(status, body, challenge);
}
